"""What `verify` says of an experiment that is to confirm a finding, as values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from judged import plan

from ledger.analysis.checks.confirmation import confirmation
from ledger.analysis.gathered import Claim, Gathered, ToConfirm
from ledger.analysis.gathered_tags import Tags
from ledger.model.experiment import Experiment, Recorded
from ledger.model.hypothesis import Hypothesis
from ledger.model.plan import Confirms
from ledger.model.trial import Trial
from ledger.report.problems import sentence

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
STATE, OTHER = "f" * 32, "e" * 32
CONFIRMS = Confirms(experiment="grid")
HERE = "experiments/again/trials/treatment/seed-5.yaml"


def trial(experiment: str, seed: int, *, hours: int = 0, state: str = STATE, variant: str = "treatment") -> Trial:
    return Trial(
        experiment=experiment, variant=variant, point=(("seed", seed),), attempt=1, status="succeeded",
        fingerprint=state, code="c" * 40, started=NOW + timedelta(hours=hours), seconds=1.0, params={},
        metrics={"m": 0.5},
    )  # fmt: skip


def said(*own: Trial, finding: ToConfirm | None, confirms: Confirms | None = CONFIRMS) -> list[str]:
    """The sentences of what is found of `again`, the kind and `!` of what is wrong before each."""
    asked = replace(plan("m >= baseline", axes={"seed": [5]}), name="again", confirms=confirms)
    records = tuple(
        Recorded(trial=one, path=f"experiments/again/trials/{one.variant}/seed-{dict(one.point)['seed']}.yaml")
        for one in own
    )
    gathered = Gathered(
        experiment=Experiment(
            name="again",
            branch="refs/heads/exp/again",
            tip="a" * 40,
            hypothesis=Hypothesis(plan=asked, body=""),
            trials=records,
            notes="",
            verdict=None,
            landed=False,
            problems=(),
        ),
        claims=tuple(Claim(record=one) for one in records),
        files={},
        tags=Tags(commits={}),
        finding=finding,
    )
    return [f"{one.kind}{'' if one.unproved else '!'} {sentence(one)}" for one in confirmation(gathered)]


GRID = ToConfirm(trials=(trial("grid", 0), trial("grid", 1)), state=STATE)


@pytest.mark.parametrize("finding", [GRID, None])
def test_a_plan_that_confirms_nothing_is_not_asked(finding: ToConfirm | None) -> None:
    assert said(trial("again", 0, hours=9), finding=finding, confirms=None) == []


def test_fresh_replicates_of_the_same_state_are_sound() -> None:
    assert said(trial("again", 5, hours=9), finding=GRID) == []
    # a replicate at another state is another trial
    assert said(trial("again", 5, hours=9), trial("again", 1, state=OTHER, variant="baseline"), finding=GRID) == []
    assert said(finding=GRID) == []


def test_a_replicate_that_was_tried_before_is_wrong() -> None:
    seen = ToConfirm(trials=(trial("grid", 5, hours=4), trial("grid", 5, hours=1, variant="lr-0-3")), state=STATE)
    [told] = said(trial("again", 5, hours=9), finding=seen)
    assert told.startswith(f"not-fresh! {HERE} is not a fresh replicate: grid:lr-0-3/seed-5 had already")
    # a baseline that is repeated is as old as what it repeats
    assert said(trial("again", 5, hours=4), finding=ToConfirm(trials=(trial("grid", 5, hours=4),), state=STATE))


def test_a_replicate_that_was_tried_since_is_told() -> None:
    since = ToConfirm(trials=(trial("grid", 5, hours=10),), state=STATE)
    [told] = said(trial("again", 5, hours=9), finding=since)
    assert told.startswith(f"fresh-no-more grid:treatment/seed-5 has since tried that state at the replicate of {HERE}")


@pytest.mark.parametrize("state", [OTHER, None])
def test_another_state_is_told(state: str | None) -> None:
    [told] = said(trial("again", 5, hours=9), finding=replace(GRID, state=state))
    assert told.startswith("other-than-found treatment ran in a different state from the present one of grid:treatment")


def test_what_is_not_here_or_is_itself() -> None:
    [told] = said(trial("again", 5), finding=None)
    assert told.startswith(
        "finding-not-here grid, which it is meant to confirm, is not in this clone (ledger pull grid)"
    )
    [told] = said(trial("again", 5), finding=None, confirms=Confirms(experiment="again", variant="baseline"))
    assert told == "confirms-itself! `confirms` names the experiment itself: baseline"
