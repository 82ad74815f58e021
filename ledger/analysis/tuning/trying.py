"""Which trials does a search for the best parameters ask for now? By one rule, from what was tried and what runs.

First come the values that the parameters have, at every replicate, then configurations all over the space, one
replicate each. From then on a model proposes, and whatever has the best mean is tried at its other replicates before
anything else is: what was merely lucky falls behind, and the best has them all. What the budget leaves at its end, too
little for another configuration, goes to those that come next.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from ledger.analysis.tuning.proposing import propose
from ledger.analysis.tuning.told import Told, first, key, mean_of
from ledger.model.frozen import frozen
from ledger.model.plan import Plan
from ledger.model.replicates import Point
from ledger.model.space import Configuration, Space
from ledger.model.tune_search import CURRENT, TuneSearch, place

Place = tuple[str, Point]
"""A trial: the arm and the point."""

_MODEL: Final = "model"


def tuned(plan: Plan) -> TuneSearch:
    """The search of a plan that has one for the best parameters."""
    assert plan.tunes is not None
    return plan.tunes


@frozen
class Tries:
    """What was tried and what runs: the value of each trial that has ended, None where it failed."""

    plan: Plan
    ended: Mapping[Place, float | None]
    waiting: Collection[Place]

    @property
    def left(self) -> int:
        """What is left of the budget."""
        return max(tuned(self.plan).budget - len(self.ended) - len(self.waiting), 0)

    def and_waiting(self, more: Place) -> Tries:
        """The same while one more runs."""
        return Tries(plan=self.plan, ended=self.ended, waiting=(*self.waiting, more))

    def told(self) -> list[Told]:
        """What a tuner is told: every configuration that has an outcome, here or earlier, lower values better."""
        search = tuned(self.plan)
        found: dict[str, Told] = {}
        for one in search.earlier:
            _add(found, one.configuration, [search.sign * v for v in one.values], one.failed)
        for (arm, _), value in sorted(self.ended.items(), key=lambda each: (each[0][0], str(each[0][1]))):
            own = [] if value is None else [search.sign * value]
            _add(found, _configuration(search, arm), own, 1 - len(own))
        return list(found.values())

    def running(self, told: Collection[Told]) -> list[Configuration]:
        """The configurations that run and of which nothing is known yet."""
        known, search = {key(one.configuration) for one in told}, tuned(self.plan)
        arms = dict.fromkeys(arm for arm, _ in sorted(self.waiting, key=str))
        return [each for each in (_configuration(search, arm) for arm in arms) if key(each) not in known]


def wanted(tries: Tries, count: int) -> tuple[Place, ...]:
    """The next `count` trials at most; none where the search has ended. Raises LedgerError where the library of its
    model is not installed.
    """
    chosen: list[Place] = []
    while len(chosen) < count:
        following = _following(tries)
        if following == _MODEL:
            following = _proposed(tries)
        if following is None or isinstance(following, str):
            break
        chosen.append(following)
        tries = tries.and_waiting(following)
    return tuple(chosen)


def may_ask(tries: Tries, trial: Place) -> bool:
    """Whether this trial is the next. Of those that its model chooses any new configuration may be it."""
    following = _following(tries)
    if following != _MODEL:
        return following == trial
    arm, point = trial
    chosen, told = tuned(tries.plan).configuration(arm), tries.told()
    known = {key(each) for each in (*(one.configuration for one in told), *tries.running(told))}
    return chosen is not None and key(chosen) not in known and point == tries.plan.replicates.points()[0]


def finished(tries: Tries) -> bool:
    """Whether nothing more is asked for, whatever becomes of what runs."""
    return not tries.waiting and _following(tries) is None


def _following(tries: Tries) -> Place | str | None:
    """The next trial as far as no model is needed to say it."""
    search, points = tuned(tries.plan), tries.plan.replicates.points()
    if not tries.left:
        return None
    if search.current is not None:
        missing = _next_point(tries, CURRENT, points)
        if missing is not None:
            return CURRENT, missing
    told = tries.told()
    running = tries.running(told)
    new = _MODEL if not _exhausted(search.space, [*(one.configuration for one in told), *running]) else None
    if new and len(told) + len(running) < first(search.space):
        return new
    ranked = sorted((one for one in told if one.values and not one.failed), key=mean_of)
    behind = None
    for rank, one in enumerate(ranked):
        arm = search.arm(one.configuration)
        missing = _next_point(tries, arm, points)
        if missing is not None and rank == 0:
            return arm, missing
        if missing is not None:
            behind = arm, missing
            break
    # another configuration may turn out the best, and is to have all its replicates then
    return new if new and tries.left >= len(points) else behind or new


def _next_point(tries: Tries, arm: str, points: tuple[Point, ...]) -> Point | None:
    """The first replicate at which an arm is still to be tried: none where it has failed."""
    if any(of == arm and value is None for (of, _), value in tries.ended.items()):
        return None
    taken = {point for of, point in (*tries.ended, *tries.waiting) if of == arm}
    return next((point for point in points if point not in taken), None)


def _proposed(tries: Tries) -> Place | None:
    search, told = tuned(tries.plan), tries.told()
    found = propose(search.model, search.space, search.source, told, waiting=tries.running(told))
    return (search.arm(found[0].configuration), tries.plan.replicates.points()[0]) if found else None


def _exhausted(space: Space, taken: Collection[Configuration]) -> bool:
    return len(taken) >= space.size and sum(place(space, each) is not None for each in taken) >= space.size


def _configuration(search: TuneSearch, arm: str) -> Configuration:
    found = search.configuration(arm)
    assert found is not None
    return found


def _add(found: dict[str, Told], configuration: Configuration, values: list[float], failed: int) -> None:
    known = found.get(key(configuration), Told(configuration=configuration, values=()))
    found[key(configuration)] = Told(
        configuration=configuration, values=(*known.values, *values), failed=known.failed + failed
    )
