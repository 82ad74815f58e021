"""What the records of a search say of all five questions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.analysis.bisection import nature
from ledger.analysis.bisection.answer import Bisection, ConfirmedStep, Fate, SearchedVersion
from ledger.analysis.bisection.ends import (
    BAD,
    GOOD,
    FixedEvaluation,
    MetricDifference,
    Values,
    change,
    explained,
    on_fixed_evaluation,
)
from ledger.analysis.counting import at
from ledger.analysis.search.finding import sides
from ledger.analysis.search.records import ended, fresh_points, search_of
from ledger.analysis.search.state import SearchState, VersionState
from ledger.model.experiment import Experiment
from ledger.model.finding import Answer
from ledger.model.frozen import frozen
from ledger.model.remarks import rounded
from ledger.model.replicates import Point
from ledger.model.version_search import VersionSearch
from ledger.stats.contrast import NoNoise, mean, welch


@frozen
class CommitSaid:
    """What git says of a version: the subject of its commit, and the paths of the files that it brought or changed.

    `overtaken`: the commit by which all of these had been changed again or removed; None where some are as they were.
    """

    subject: str
    files: tuple[str, ...] = ()
    overtaken: str | None = None


class _Trials:
    """The results of an experiment's arms, at their present states."""

    def __init__(self, experiment: Experiment, present: Mapping[str, str], metric: str) -> None:
        self._experiment = experiment
        self._present = present
        self.metric = experiment.aliases.now(metric)
        self.fresh = frozenset(fresh_points(experiment.plan))

    def metrics(self, arm: str) -> dict[Point, Mapping[str, float]]:
        """All metrics of an arm by replicate."""
        found = at(self._experiment.of(arm), self._present.get(arm))
        return {point: record.metrics for point, record in found.items()}

    def values(self, arm: str, *, fresh: bool | None = None) -> Values:
        """The metric by replicate where it is a number; of `fresh` seeds alone, of the others alone, or of all."""
        return {
            point: metrics[self.metric]
            for point, metrics in self.metrics(arm).items()
            if math.isfinite(metrics.get(self.metric, math.nan)) and (fresh is None or fresh == (point in self.fresh))
        }


def gather(
    experiment: Experiment, state: SearchState, present: Mapping[str, str], told: Mapping[str, CommitSaid]
) -> Bisection:
    """All that is known so far. `present` are the fingerprints of the arms by name, `told` the versions by commit."""
    search = state.search
    trials = _Trials(experiment, present, search.metric)
    names = list(search.arms)
    places = state.places
    shares = _shares(state)
    versions = tuple(
        SearchedVersion(
            name=search.short(each.name),
            commit=each.commit,
            subject=told.get(each.commit, CommitSaid(subject="")).subject,
            values=each.values,
            fresh=each.fresh,
            state=_state_of(each, trials),
            posterior=shares[number],
        )
        for number, each in enumerate(state.versions)
    )
    found = state.answer if state.finished else None
    confirmation = _confirmation(trials, search, places) if found is Answer.STEP else None
    return Bisection(
        experiment=experiment.name,
        metric=search.metric,
        sign=search.sign,
        paths=search.paths,
        versions=versions,
        answer=found,
        places=places,
        posterior=None if state.step is None else math.fsum(shares[place] or 0.0 for place in places),
        drift=state.drift,
        none=state.none,
        gap=change(*(trials.values(end, fresh=False) for end in (names[0], names[-1]))),
        step=_step(versions, places) if found is Answer.STEP else None,
        evaluation=_evaluation(experiment, trials),
        confirmation=confirmation,
        overtaken=_overtaken(search, places, told),
        judgement=None if confirmation is None else _judgement(trials, search, confirmation, told),
        trainings=state.trainings,
        others=len(ended(experiment, present)) - state.trainings,
        budget=search.budget,
        confidence=search.confidence,
    )


def _state_of(version: VersionState, trials: _Trials) -> Fate:
    if version.skipped:
        return Fate.SKIPPED
    if version.failed:
        # it ran, but its metrics do not hold the one that is searched
        return Fate.LACKING if trials.metrics(version.name) and not trials.values(version.name) else Fate.FAILED
    return Fate.TRIED if version.values else Fate.UNTRIED


def _shares(state: SearchState) -> list[float | None]:
    """How probable the change is at each version; those that cannot run share with the next one that can."""
    weights = [0.0, *(state.search.weights or [1.0] * (len(state.versions) - 1))]
    found: list[float | None] = [None] * len(state.versions)
    group: list[int] = []
    for number, version in enumerate(state.versions[1:], 1):
        group.append(number)
        if version.posterior is not None:
            whole = math.fsum(weights[each] for each in group)
            for each in group:
                found[each] = version.posterior * weights[each] / whole
            group = []
        elif not (version.failed or version.skipped):
            group = []
    return found


def _step(versions: Sequence[SearchedVersion], places: Sequence[int]) -> MetricDifference | None:
    """The change with the places as the search saw it: all that it tried before them, and from them on."""
    before, after = sides([version.values for version in versions], places)
    if not before or not after:
        return None
    try:
        contrast = welch(after, before)
    except NoNoise:
        return MetricDifference(difference=mean(after) - mean(before))
    return MetricDifference(difference=contrast.estimate, contrast=contrast)


def _overtaken(search: VersionSearch, places: Sequence[int], told: Mapping[str, CommitSaid]) -> int | None:
    known = told.get(search.versions[places[0]]) if len(places) == 1 else None
    by = None if known is None else known.overtaken
    return search.versions.index(by) if by in search.versions else None


def _confirmation(trials: _Trials, search: VersionSearch, places: Sequence[int]) -> ConfirmedStep | None:
    names = list(search.arms)
    before, after = places[0] - 1, places[-1]
    moved = change(*(trials.values(names[place], fresh=True) for place in (before, after)))
    if moved is None:
        return None
    without = trials.values(search.without(names[after]), fresh=True)
    if after == len(names) - 1:
        # the newest version without its last addition is the one before
        without = trials.values(names[before], fresh=True)
    share = explained(without=without, good=trials.values(names[0]), bad=trials.values(names[-1])) if without else None
    return ConfirmedStep(before=before, after=after, change=moved, p_value=moved.p_worse(search.sign), share=share)


def _judgement(
    trials: _Trials, search: VersionSearch, found: ConfirmedStep, told: Mapping[str, CommitSaid]
) -> nature.Judgement | None:
    names, commits = list(search.arms), search.versions
    sides = [
        {point: metrics for point, metrics in trials.metrics(names[place]).items() if point in trials.fresh}
        for place in (found.before, found.after)
    ]
    seen = dict.fromkeys(name for side in sides for metrics in side.values() for name in metrics)
    groups = nature.groups_of(trials.metric, seen)
    files = told[commits[found.after]].files if commits[found.after] in told else ()
    own = nature.own_groups(groups, files)
    return nature.judge(*sides, groups=groups, own=own, sign=search.sign)


def _evaluation(experiment: Experiment, trials: _Trials) -> FixedEvaluation | None:
    search = search_of(experiment.plan)
    if search.evaluation_other is None:
        return None
    names, at_bad = list(search.arms), search.evaluation_other == search.versions[0]
    fixed, other = (BAD, GOOD) if at_bad else (GOOD, BAD)
    ends = {GOOD: names[0], BAD: names[-1]}
    cells = {(end, fixed): trials.values(arm, fresh=False) for end, arm in ends.items()}
    cells |= {(end, other): trials.values(search.elsewhere[arm], fresh=False) for end, arm in ends.items()}
    return on_fixed_evaluation(experiment.plan.evaluation, cells, at_bad=at_bad)


def confirmation(experiment: Experiment, state: SearchState, present: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The change on fresh seeds, from the arm before to the arm after it, with its 90% interval and one-sided p.

    `confirmed` where p is at most 0.05; `share` is what the newest version regains without the addition. Numbers have
    10 digits. None before there are such trials.
    """
    found = gather(experiment, state, present, {}).confirmation
    if found is None:
        return None
    names, share = [version.name for version in state.versions], found.share
    return {
        "before": names[found.before],
        "after": names[found.after],
        "difference": rounded(found.change.difference),
        "interval": _rounded(found.change.interval),
        "p_value": rounded(found.p_value),
        "confirmed": found.confirmed,
        "share": None if share is None else {"estimate": rounded(share.estimate), "interval": _rounded(share.interval)},
    }


def _rounded(interval: tuple[float, float] | None) -> list[float | None] | None:
    return None if interval is None else [rounded(bound) for bound in interval]
