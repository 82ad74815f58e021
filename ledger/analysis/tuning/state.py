"""How far has a search for the best parameters come, and which is the best so far?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ledger.analysis.search.records import standing, value_of
from ledger.analysis.selected import selected
from ledger.analysis.tuning.trying import Place, Tries, finished, tuned
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.replicates import Point
from ledger.model.space import Configuration
from ledger.model.summary import Summary
from ledger.model.tune_finding import TuneFinding
from ledger.model.tune_search import CURRENT, TuneSearch, leader
from ledger.stats.contrast import mean
from ledger.stats.summary import summarise


@frozen
class ArmState:
    """One configuration: its values by replicate, in the order in which these are tried, and how many trials failed."""

    name: str
    configuration: Configuration
    values: Mapping[Point, float]
    failed: int

    @property
    def summary(self) -> Summary:
        """How many values it has, their mean and their standard deviation."""
        return summarise(self.values.values())


@frozen
class ArmTrial:
    """One trial of an arm: its value, None where it failed."""

    arm: str
    value: float | None


@frozen
class TuneState:
    """A search as its records have it: its arms in the order in which they were tried, and its `trials` in theirs.

    `replicates`: how many the best is to have. `best`: the arm with the best mean over all of these, else of those with
    the most values; None where none has any.
    """

    search: TuneSearch
    replicates: int
    arms: tuple[ArmState, ...]
    trials: tuple[ArmTrial, ...]
    trainings: int
    best: ArmState | None
    finished: bool


def tries(experiment: Experiment, present: Mapping[str, str], waiting: Collection[Place] = ()) -> Tries:
    """What was tried at the `present` states of the arms, and what runs."""
    search, points = tuned(experiment.plan), experiment.plan.replicates.points()
    ended: dict[Place, float | None] = {}
    for variant in experiment.tried_or_declared:
        if search.configuration(variant.name) is not None:
            for number, record in standing(experiment, variant.name, points, present).items():
                ended[variant.name, points[number]] = value_of(record, experiment, search.metric)
    known = [place for place in waiting if place not in ended and search.configuration(place[0]) is not None]
    return Tries(plan=experiment.plan, ended=ended, waiting=tuple(known))


def state(experiment: Experiment, present: Mapping[str, str]) -> TuneState:
    """The state of the experiment's search; `present` are the fingerprints of its arms, by name."""
    so_far, search = tries(experiment, present), tuned(experiment.plan)
    began = {
        (record.trial.variant, record.trial.point): record.trial.started
        for record in sorted(experiment.trials, key=lambda r: r.trial.attempt)
    }
    order = sorted(so_far.ended, key=lambda place: (began[place], place[0], str(place[1])))
    replicates = len(experiment.plan.replicates.points())
    values: dict[str, dict[Point, float]] = {}
    failed: dict[str, int] = {}
    for arm, point in order:
        own, value = values.setdefault(arm, {}), so_far.ended[arm, point]
        failed[arm] = failed.get(arm, 0) + (value is None)
        if value is not None:
            own[point] = value
    sound = {name: list(one.values()) for name, one in values.items() if not failed[name]}
    best = leader(sound, replicates, search.better)
    arms = {
        name: ArmState(
            name=name, configuration=search.configuration(name) or {}, values=values[name], failed=failed[name]
        )
        for name in values
    }
    return TuneState(
        search=search,
        replicates=replicates,
        arms=tuple(arms.values()),
        trials=tuple(ArmTrial(arm=place[0], value=so_far.ended[place]) for place in order),
        trainings=len(so_far.ended),
        best=None if best is None else arms[best],
        finished=finished(so_far),
    )


def best_so_far(state: TuneState) -> list[float | None]:
    """The mean of the arm that was the best when each trial had ended; None while none had a value."""
    sound: dict[str, list[float]] = {}
    failed: set[str] = set()
    means: list[float | None] = []
    for trial in state.trials:
        if trial.value is None:
            failed.add(trial.arm)
            sound.pop(trial.arm, None)
        elif trial.arm not in failed:
            sound.setdefault(trial.arm, []).append(trial.value)
        best = leader(sound, state.replicates, state.search.better)
        means.append(None if best is None else mean(sound[best]))
    return means


def finding(state: TuneState) -> TuneFinding:
    """What the search has found so far."""
    best, summary = state.best, None if state.best is None else state.best.summary
    values = {one.name: one.values for one in state.arms if one.values}
    # what the best is compared with is no rival of it
    current = values.get(CURRENT) if best is None or best.name == CURRENT else values.pop(CURRENT, None)
    worth = None
    if best is not None:
        worth = selected(state.search.metric, state.search.better, best.name, values, current)
    return TuneFinding(
        found=state.finished,
        best=None if best is None else best.name,
        params={} if best is None else best.configuration,
        n=0 if summary is None else summary.n,
        mean=None if summary is None else summary.mean,
        sd=None if summary is None else summary.sd,
        among=len(values),
        luck=None if worth is None else worth.luck,
        current=None if current is None else mean(list(current.values())),
        trainings=state.trainings,
        budget=state.search.budget,
        failed=tuple(one.name for one in state.arms if one.failed),
    )
