"""What a search would have asked for, told again from what a trial followed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from ledger.analysis.search import asking
from ledger.analysis.search.asking import Place
from ledger.analysis.search.records import fresh_points, points, search_of
from ledger.analysis.search.step import Tried
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
    at, fresh = points(plan), set(fresh_points(plan))
    versions = {name: number for number, name in enumerate(search_of(plan).arms)}
    numbers = {point: number for number, point in enumerate(at)}
    tried: dict[Place, Tried] = {}
    ended: set[Place] = set()
    for record in sorted(known, key=lambda r: (r.trial.started, r.trial.attempt)):
        place = (record.trial.variant, record.trial.point)
        if record.void is not None and record.void.when <= trial.started:
            continue
        ended.add(place)
        if place[0] in versions and place[1] in numbers and (place not in tried or tried[place].value is None):
            value = _value(plan, record)
            tried[place] = Tried(version=versions[place[0]], number=numbers[place[1]], value=value)
    slugs = {replicates.slug(point): point for point in (*at, *fresh)}
    waiting = set(_places(trial, slugs)) - ended
    # as a run has them, by version and number
    inorder = sorted(tried.values(), key=lambda each: (each.version, each.number))
    asked = asking.wanted(plan, inorder, waiting, ended, 1)
    return (trial.variant, trial.point) in asked


def _value(plan: Plan, record: Recorded) -> float | None:
    value = record.metrics.get(record.aliases.now(search_of(plan).metric), math.nan)
    return value if record.trial.succeeded and math.isfinite(value) else None


def _places(trial: Trial, slugs: Mapping[str, replicates.Point]) -> Iterator[Place]:
    """The trials that ran meanwhile."""
    for id in () if trial.asked is None else trial.asked.waiting:
        arm, _, stem = id.partition("/")
        slug, _ = replicates.split_stem(stem)
        if slug in slugs:
            yield arm, slugs[slug]
