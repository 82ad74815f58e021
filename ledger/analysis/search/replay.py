"""What a search would have asked for, told again from what a trial followed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from ledger.analysis.search import asking
from ledger.analysis.search.asking import Place
from ledger.analysis.search.records import fresh_points, points, search_of
from ledger.analysis.search.step import Measured
from ledger.analysis.tuning import trying
from ledger.model import replicates
from ledger.model.experiment import Recorded
from ledger.model.plan import Plan
from ledger.model.trial import Trial


def rules(plans: Iterable[Plan]) -> list[Plan]:
    """The plans that differ in what they search, or for how much: a trial ran under one of them."""
    found: dict[str, Plan] = {}
    for plan in plans:
        if plan.search is not None:
            found.setdefault(f"{plan.search} {plan.seeds_from} {plan.evaluation}", plan)
    return list(found.values())


def again(trial: Trial, known: Iterable[Recorded]) -> bool:
    """Whether it repeats one that failed, or that was voided: such are run again when somebody asks for it."""
    same = [r for r in known if (r.trial.variant, r.trial.point) == (trial.variant, trial.point)]
    return bool(same) and not any(r.valid for r in same)


def asks(plan: Plan, trial: Trial, known: Iterable[Recorded]) -> bool:
    """Whether the search of a plan, given these trials and those that ran meanwhile, asks for the trial."""
    if plan.tunes is not None:
        return _tunes(plan, trial, known)
    at, fresh = points(plan), fresh_points(plan)
    versions = {name: number for number, name in enumerate(search_of(plan).arms)}
    numbers = {point: number for number, point in enumerate(at)}
    ended = _ended(trial, known, search_of(plan).metric)
    tried = [
        Measured(version=versions[arm], number=numbers[point], value=value)
        for (arm, point), value in ended.items()
        if arm in versions and point in numbers
    ]
    waiting = set(_places(trial, (*at, *fresh))) - ended.keys()
    # as a run has them, by version and number
    inorder = sorted(tried, key=lambda each: (each.version, each.number))
    asked = asking.wanted(plan, inorder, waiting, ended.keys(), 1)
    return (trial.variant, trial.point) in asked


def _tunes(plan: Plan, trial: Trial, known: Iterable[Recorded]) -> bool:
    """Whether a search for the best parameters asks for it: of a new configuration, whether it asks for one at all.

    Which one its model proposes may differ from one version of a library to the next, and from machine to machine.
    """
    search = trying.tuned(plan)
    ended = {place: v for place, v in _ended(trial, known, search.metric).items() if search.configuration(place[0])}
    # a record may name an arm that the plan, as it now is, gives to no configuration
    waiting = {place for place in _places(trial, plan.replicates.points()) if search.configuration(place[0])}
    waiting -= ended.keys()
    return trying.may_ask(trying.Tries(plan=plan, ended=ended, waiting=tuple(waiting)), (trial.variant, trial.point))


def _ended(trial: Trial, known: Iterable[Recorded], metric: str) -> dict[Place, float | None]:
    """What each trial that is known had measured when this one began: of several attempts the first that had."""
    ended: dict[Place, float | None] = {}
    for record in sorted(known, key=lambda r: (r.trial.started, r.trial.attempt)):
        if record.void is not None and record.void.when <= trial.started:
            continue
        place = (record.trial.variant, record.trial.point)
        value = record.metrics.get(record.aliases.now(metric), math.nan) if record.trial.succeeded else math.nan
        if ended.get(place) is None:
            ended[place] = value if math.isfinite(value) else None
    return ended


def _places(trial: Trial, points: Iterable[replicates.Point]) -> Iterator[Place]:
    """The trials that ran meanwhile."""
    slugs = {replicates.slug(point): point for point in points}
    for id in () if trial.asked is None else trial.asked.waiting:
        arm, _, stem = id.partition("/")
        slug, _ = replicates.split_stem(stem)
        if slug in slugs:
            yield arm, slugs[slug]
