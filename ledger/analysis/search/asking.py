"""Which trials does a search ask for now? By the one rule, for `run` as for `verify`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ledger.analysis.search.records import at_present, fresh_points, points, rule, search_of
from ledger.analysis.search.step import Measured, NextTrial, SearchEnd, advance
from ledger.model import replicates
from ledger.model.experiment import Recorded
from ledger.model.finding import Answer
from ledger.model.plan import Plan
from ledger.model.replicates import Point
from ledger.model.trial import Basis
from ledger.model.version_search import Confirm

Place = tuple[str, Point]
"""A trial to run: the arm and the point."""


def wanted(
    plan: Plan, tried: Sequence[Measured], waiting: Iterable[Place], ended: Collection[Place], count: int
) -> tuple[Place, ...]:
    """The trials that follow from those tried: `count` at most while it searches, then all that confirm its answer.

    `waiting` are those that run now, `ended` all that have, at fresh points and of other arms too. First come those
    that measure the ends on both evaluation sets. None where the search has ended, or must wait.
    """
    names, at = list(search_of(plan).arms), points(plan)
    runs = set(waiting)
    if all(each.value is not None for each in tried):
        # an end that cannot run ends it all
        left = [place for place in evaluating(plan) if place not in ended]
        if left:
            return tuple(place for place in left if place not in runs)[:count]
    numbers, versions = {point: n for n, point in enumerate(at)}, {name: n for n, name in enumerate(names)}
    here = [NextTrial(version=versions[a], number=numbers[p]) for a, p in runs if a in versions and p in numbers]
    by = rule(search_of(plan))
    chosen: list[NextTrial] = []
    # one by one, so that each follows from those that run, in whatever order they were asked for
    while True:
        under_way = sorted([*here, *chosen], key=lambda each: (each.version, each.number))
        asked = advance(by, tried, under_way, min(count - len(chosen), 1))
        if isinstance(asked, SearchEnd):
            return tuple(each for each in confirming(plan, asked) if each not in ended and each not in runs)
        if not asked:
            return tuple((names[each.version], at[each.number]) for each in chosen)
        chosen += asked


def evaluating(plan: Plan) -> tuple[Place, ...]:
    """The trials that measure both ends on both evaluation sets, those of one seed together: what they are trained for
    is shared. None where the sets are one.
    """
    search = search_of(plan)
    count = min((search.confirm or Confirm()).seeds, search.budget // 2)
    pairs = [(arm, point) for point in points(plan)[:count] for pair in search.elsewhere.items() for arm in pair]
    return tuple(pairs)


def confirming(plan: Plan, found: SearchEnd) -> tuple[Place, ...]:
    """The trials that put an answer to the test, those of one seed together: the version before the change, the one
    with it, and the newest without it, at points that no search uses.

    None where no one step was found, or the plan asks for none. The newest is left out where it is not to be had, or is
    the version before.
    """
    search = search_of(plan)
    if found.answer is not Answer.STEP or search.confirm is None:
        return ()
    names, last = list(search.arms), found.places[-1]
    before = max(version for version in found.runnable if version < last)
    arms = [names[before], names[last]]
    if len(found.places) == 1 and last < len(names) - 1 and plan.variant(search.without(names[last])) is not None:
        arms.append(search.without(names[last]))
    return tuple((arm, point) for point in fresh_points(plan) for arm in arms)


def told(records: Iterable[Recorded], present: Mapping[str, str], waiting: Iterable[str]) -> Basis:
    """What the record of a trial says that is asked for now, of all `records`: those that have ended at the `present`
    fingerprints of their arms are known; `waiting` are the ids of those that run.
    """
    known: dict[str, list[str]] = {}
    for r in at_present(records, present):
        known.setdefault(r.trial.variant, []).append(replicates.stem(r.trial.point, r.trial.attempt))
    return Basis(known={arm: tuple(sorted(stems)) for arm, stems in known.items()}, waiting=tuple(sorted(waiting)))
