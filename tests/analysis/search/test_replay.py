"""`verify` of a search: no honest history is accused, however it came about, and no forged trial passes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.analysis.checks.search import search as check
from ledger.analysis.gathered import Claim, Gathered, PlanHistory
from ledger.analysis.gathered_tags import Tags
from ledger.analysis.problems import Kind, Problem
from ledger.analysis.search import asking, records
from ledger.analysis.search.asking import Place
from ledger.analysis.search.state import state
from ledger.model.directions import HIGHER
from ledger.model.experiment import Experiment, Recorded
from ledger.model.hypothesis import Hypothesis
from ledger.model.plan import Plan, of_search
from ledger.model.search import RULE
from ledger.model.trial import Basis, Failure, Trial
from ledger.model.version_search import Confirm, KnownNoise, VersionSearch
from ledger.model.void import Void
from ledger.report.problems import sentence

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
SEARCH = VersionSearch(
    metric="dice",
    better=HIGHER,
    versions=tuple(f"{number:040x}" for number in range(1, 11)),
    noise=KnownNoise(sd=0.02, df=8),
    confirm=Confirm(seeds=2),
)
ARMS = list(SEARCH.arms)
PRESENT = dict.fromkeys(ARMS, "f" * 32)


def plan_of(search: VersionSearch) -> Plan:
    variants, points = of_search(search, "plan:x")
    return Plan(
        title="a", name="a", author="Ada", created=START, base="0" * 40, variants=variants, replicates=points,
        seeds_from="plan:x", search=search, exploratory=True,
    )  # fmt: skip


def experiment(plan: Plan, trials: Iterable[Recorded]) -> Experiment:
    return Experiment(
        name="a", branch="refs/heads/exp/a", tip="0" * 40, hypothesis=Hypothesis(plan=plan, body=""),
        trials=tuple(trials), notes="", verdict=None, landed=False, problems=(),
    )  # fmt: skip


@dataclass
class Clone:
    """A clone in which a search runs; one version `fails`."""

    plan: Plan
    luck: random.Random
    fails: int | None = None
    noise: int = 0
    records: dict[str, Recorded] = field(default_factory=dict)
    running: dict[Place, Trial] = field(default_factory=dict)
    clock: int = 0

    @property
    def experiment(self) -> Experiment:
        return experiment(self.plan, self.records.values())

    def ask(self, room: int) -> bool:
        """Begin what a run would begin now; whether it was anything."""
        now = self.experiment
        tried = [each.tried for each in records.known(now, PRESENT)]
        places = asking.wanted(self.plan, tried, self.running, records.ended(now, PRESENT), room)
        for place in places:
            waiting = [trial.id for trial in self.running.values()]
            self.running[place] = self.begun(place, asking.told(now.trials, PRESENT, waiting))
        return bool(places)

    def begun(self, place: Place, asked: Basis | None) -> Trial:
        arm, point = place
        attempt = 1 + sum((r.trial.variant, r.trial.point) == place for r in self.records.values())
        self.clock += 1
        return Trial(
            experiment="a", variant=arm, point=point, attempt=attempt, status="running", fingerprint="f" * 32,
            code="c" * 40, started=START + timedelta(minutes=self.clock), seconds=1.0, asked=asked,
        )  # fmt: skip

    def end(self, place: Place) -> None:
        trial = self.running.pop(place)
        version = ARMS.index(trial.variant)
        if version == self.fails:
            trial = replace(trial, status="failed", error=Failure(stage="train", exit_code=1, tail=""))
        else:
            # one seed of one version gives one value, wherever it runs
            dice = (0.63 if version < 6 else 0.55) + random.Random(f"{self.noise} {place}").gauss(0, 0.02)
            trial = replace(trial, status="succeeded", metrics={"dice": dice})
        self.keep(trial)

    def keep(self, trial: Trial) -> None:
        self.records[trial.id] = Recorded(trial=trial, path=f"experiments/a/trials/{trial.id}.yaml")

    def run(self, jobs: int, most: int = 1000) -> None:
        """Run until the search ends, or so many trials have; what runs then was killed."""
        for _ in range(most):
            self.ask(jobs - len(self.running))
            if not self.running:
                return
            self.end(self.luck.choice(list(self.running)))
        self.running.clear()


def found(
    trials: Iterable[Recorded],
    plan: Plan,
    *earlier: Plan,
    complete: bool = True,
    known: Mapping[str, tuple[Mapping[str, str], ...]] = MappingProxyType({}),
) -> list[Problem]:
    plans, whole = PlanHistory(versions=(*earlier, plan), complete=complete), experiment(plan, trials)
    claims = tuple(Claim(record=record, known=known.get(record.trial.id, ())) for record in whole.trials)
    return list(check(Gathered(experiment=whole, claims=claims, files={}, tags=Tags(commits={}), plans=plans)))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.none() | st.integers(1, 8))
def test_a_search_that_is_killed_and_continued_is_not_accused(seed: int, jobs: int, fails: int | None) -> None:
    luck = random.Random(seed)
    clone = Clone(plan_of(SEARCH), luck, fails, noise=seed)
    for _ in range(3):
        clone.run(luck.randint(1, jobs), luck.randint(0, 5))
    clone.run(jobs)
    assert state(clone.experiment, PRESENT).finished
    assert found(clone.records.values(), clone.plan) == []


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_two_clones_that_go_on_apart_and_meet_are_not_accused(seed: int) -> None:
    luck = random.Random(seed)
    here = Clone(plan_of(SEARCH), luck, noise=seed)
    here.run(2, 5)
    there = Clone(here.plan, luck, noise=seed, records=dict(here.records), clock=here.clock)
    here.run(2, 3)
    there.run(1, 4)
    # what both have asked for is the trial of the one that was pushed first
    here.records = {**there.records, **here.records}
    here.run(2)
    assert found(here.records.values(), here.plan) == []


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_two_clones_in_which_one_seed_gives_two_values_are_not_accused(seed: int) -> None:
    luck = random.Random(seed)
    here = Clone(plan_of(SEARCH), luck, noise=seed)
    here.run(2, 3)
    there = Clone(here.plan, luck, noise=seed + 1, records=dict(here.records), clock=here.clock)
    here.run(2, 4)
    there.run(1, 5)
    shared = {id for id, record in here.records.items() if there.records.get(id) is record}
    names: dict[str, str] = {}
    for id, record in there.records.items():
        if id in here.records and id not in shared:
            later = replace(record.trial, attempt=2)
            names[id] = later.id
            here.records[later.id] = Recorded(trial=later, path=f"experiments/a/trials/{later.id}.yaml", written=id)
        else:
            here.records[id] = record
    assert names
    known = {names.get(id, id): (names,) for id in there.records if id not in shared}
    here.clock += there.clock
    here.run(2)
    assert found(here.records.values(), here.plan, known=known) == []


def test_what_a_larger_budget_or_another_confidence_adds_is_not_accused() -> None:
    small = plan_of(replace(SEARCH, budget=5, confidence=0.8))
    clone = Clone(small, random.Random(3))
    clone.run(2)
    clone.plan = plan_of(replace(SEARCH, confidence=0.99))
    clone.run(2)
    assert len(clone.records) > 8
    assert found(clone.records.values(), clone.plan, small) == []


def test_a_voided_trial_and_a_failed_one_may_be_run_again() -> None:
    clone = Clone(plan_of(SEARCH), random.Random(5), fails=4)
    clone.run(1, 5)
    failed = next((record for record in clone.records.values() if not record.trial.succeeded), None)
    clone.clock += 1
    void = Void(by="Ada", when=START + timedelta(minutes=clone.clock), why="the disk was full")
    # an end without a value is tried again before anything else
    for record in clone.experiment.of(ARMS[0]):
        clone.records[record.trial.id] = replace(record, void=void)
    clone.fails = None
    if failed is not None:
        place = (failed.trial.variant, failed.trial.point)
        clone.running[place] = clone.begun(place, asking.told(clone.experiment.trials, PRESENT, ()))
        clone.end(place)
    clone.run(1)
    assert any(record.trial.attempt == 2 for record in clone.records.values())
    assert found(clone.records.values(), clone.plan) == []


def honest() -> Clone:
    clone = Clone(plan_of(SEARCH), random.Random(1))
    clone.run(2)
    return clone


def test_an_extra_trial_at_a_chosen_version_is_found() -> None:
    clone = honest()
    point = records.points(clone.plan)[0]
    arm = next(name for name in ARMS if not clone.experiment.of(name))
    for asked, kind in (
        (None, Kind.NOT_ASKED_FOR),
        (asking.told(clone.experiment.trials, PRESENT, ()), Kind.NOT_THE_NEXT),
        (Basis(), Kind.NOT_THE_NEXT),
    ):
        extra = replace(clone.begun((arm, point), asked), status="succeeded", metrics={"dice": 0.9})
        trials = [*clone.records.values(), Recorded(trial=extra, path="x")]
        problems = found(trials, clone.plan)
        assert [(one.kind, one.trial) for one in problems] == [(kind, extra.id)]
        assert all(map(sentence, problems))


def test_a_dropped_trial_is_found_by_those_that_followed() -> None:
    clone = honest()
    first = min(clone.records.values(), key=lambda record: record.trial.started)
    rest = [record for record in clone.records.values() if record is not first]
    kinds = {one.kind for one in found(rest, clone.plan)}
    assert kinds == {Kind.KNEW_NOTHING}
    assert not any(one.unproved for one in found(rest, clone.plan))


def test_a_value_that_was_changed_leads_elsewhere() -> None:
    clone = honest()
    trials = []
    for record in clone.records.values():
        worse = ARMS.index(record.trial.variant) in (0, 1, 2, 3)
        trial = replace(record.trial, metrics={"dice": 0.5}) if worse else record.trial
        trials.append(replace(record, trial=trial))
    assert Kind.NOT_THE_NEXT in {one.kind for one in found(trials, clone.plan)}


def test_what_another_rule_asked_for_is_unproved_and_not_wrong() -> None:
    clone = honest()
    other = replace(clone.plan, search=replace(SEARCH, rule=RULE + 1))
    (problem,) = found(clone.records.values(), other)
    assert (problem.kind, problem.unproved) == (Kind.OTHER_RULE, True)
    assert sentence(problem)


def test_a_trial_beyond_every_budget_is_found() -> None:
    clone = honest()
    small = plan_of(replace(SEARCH, budget=4))
    assert Kind.NOT_THE_NEXT in {one.kind for one in found(clone.records.values(), small)}


def test_a_trial_that_follows_itself_is_found() -> None:
    clone = honest()
    first = min(clone.records.values(), key=lambda record: record.trial.started)
    round_about = replace(
        first, trial=replace(first.trial, asked=Basis(known={first.trial.variant: (first.trial.id.partition("/")[2],)}))
    )
    trials = [round_about if record is first else record for record in clone.records.values()]
    assert [one.kind for one in found(trials, clone.plan)] == [Kind.KNEW_ITSELF]


@pytest.mark.parametrize("complete", [True, False])
def test_where_the_plans_history_is_gone_it_is_unproved(complete: bool) -> None:
    clone = honest()
    trial = clone.begun((ARMS[4], records.points(clone.plan)[3]), Basis())
    extra = Recorded(trial=replace(trial, status="succeeded", metrics={"dice": 0.9}), path="x")
    (problem,) = found([*clone.records.values(), extra], clone.plan, complete=complete)
    assert problem.unproved is not complete
