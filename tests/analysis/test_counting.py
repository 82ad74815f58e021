"""Which trials of an arm count, at the state that is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_rows import PLAN, experiment, record

from ledger.analysis.counting import When, counted, state, undecided
from ledger.model.trial import FAILED
from ledger.model.verdict_file import from_mapping

OLD = [record(seed, 0.2, fingerprint="old", minute=seed) for seed in range(3)]
NEW = [record(seed, 0.3, fingerprint="new", minute=10 + seed) for seed in range(3)]
CRASHED = [record(seed, 0.0, fingerprint="crash", minute=20 + seed, status=FAILED) for seed in range(3)]
JUDGED_OLD = {
    "outcome": "supported",
    "predictions": [{"text": str(p)} for p in PLAN.predictions],
    "fingerprints": {"treatment": "old"},
}


@pytest.mark.parametrize(
    ("when", "present", "verdict", "found"),
    [
        # whatever ran last
        (When.LATEST, "old", JUDGED_OLD, "new"),
        (When.LATEST, None, None, "new"),
        # the present state and no other
        (When.PRESENT, "old", None, "old"),
        (When.PRESENT, "crash", JUDGED_OLD, "crash"),
        (When.PRESENT, None, JUDGED_OLD, None),
        # as it was judged, else as it is, else as it ran last
        (When.JUDGED, "new", JUDGED_OLD, "old"),
        (When.JUDGED, "old", None, "old"),
        (When.JUDGED, "crash", None, "new"),
        (When.JUDGED, None, None, "new"),
        # a verdict of an older version does not say; one on another plan says nothing
        (When.JUDGED, "old", {k: v for k, v in JUDGED_OLD.items() if k != "fingerprints"}, "old"),
        (When.JUDGED, None, {**JUDGED_OLD, "predictions": [{"text": "other"}]}, "new"),
        # what is not recorded any more does not count
        (When.JUDGED, "old", {**JUDGED_OLD, "fingerprints": {"treatment": "gone"}}, "old"),
    ],
)
def test_the_state_that_counts(
    when: When, present: str | None, verdict: dict[str, object] | None, found: str | None
) -> None:
    one = replace(experiment(*OLD, *NEW, *CRASHED), verdict=None if verdict is None else from_mapping(verdict))
    assert state(one, "treatment", when, present=present) == found
    values = {record.trial.metrics["accuracy"] for record in counted(one, "treatment", when, present=present)}
    assert values == {"old": {0.2}, "new": {0.3}}.get(found or "", set())


def test_the_first_of_each_declared_replicate_counts() -> None:
    again = record(0, 0.9, fingerprint="new", minute=30, attempt=2)
    beyond = record(7, 0.9, fingerprint="new")
    found = counted(experiment(again, beyond, *NEW), "treatment", When.LATEST)
    assert [record.trial.metrics["accuracy"] for record in found] == [0.3, 0.3, 0.3]
    # exploratory ones, where there are no others
    assert counted(experiment(beyond), "treatment", When.LATEST) == (beyond,)
    assert counted(experiment(), "treatment", When.JUDGED) == ()


def test_what_the_records_leave_open() -> None:
    assert not undecided(experiment(*NEW, *CRASHED))
    assert undecided(experiment(*NEW, *OLD))
    assert not undecided(replace(experiment(*NEW, *OLD), verdict=from_mapping(JUDGED_OLD)))
    other = [replace(r, trial=replace(r.trial, variant="x")) for r in (*OLD, *NEW)]
    assert undecided(replace(experiment(*NEW, *OLD, *other), verdict=from_mapping(JUDGED_OLD)))
