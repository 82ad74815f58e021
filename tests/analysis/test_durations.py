"""How long trials of an arm took: by what ran for them, and not by what was restored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from test_rows import experiment, record

from ledger.analysis.durations import by_arm
from ledger.model.experiment import Recorded
from ledger.model.trial import FAILED, SUCCEEDED, StageRun


def took(arm: str, seed: int, stages: Mapping[str, float | None], *, status: str = SUCCEEDED) -> Recorded:
    """A record of an arm; a stage whose seconds are below zero was restored, and took so many before."""
    runs = {
        name: StageRun(seconds=None if s is None else abs(s), cached=s is not None and s < 0)
        for name, s in stages.items()
    }
    found = record(seed, 0.5, status=status)
    return replace(found, trial=replace(found.trial, variant=arm, stages=runs))


def test_the_median_of_what_ran() -> None:
    slow = [took("treatment", seed, {"prepare": -50, "train": 10 + seed}) for seed in range(3)]
    assert by_arm(experiment(*slow, took("baseline", 0, {"train": 2.5}))) == {"treatment": 11, "baseline": 2.5}


def test_failed_ones_tell_where_there_are_no_others() -> None:
    crashed = took("treatment", 1, {"train": 1}, status=FAILED)
    assert by_arm(experiment(crashed)) == {"treatment": 1}
    assert by_arm(experiment(crashed, took("treatment", 0, {"train": 30}))) == {"treatment": 30}


def test_what_did_not_run_tells_nothing() -> None:
    restored = took("treatment", 0, {"prepare": -5, "train": -60})
    unmeasured = took("treatment", 1, {"train": None})
    reused = took("baseline", 0, {"train": 9})
    reused = replace(reused, trial=replace(reused.trial, reused="other/treatment/seed-0"))
    assert by_arm(experiment(restored, unmeasured, reused)) == {}
