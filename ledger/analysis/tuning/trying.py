"""Which trials does a search for the best parameters ask for now? By one rule, from what was tried and what runs.

It explores, then repeats. First come the values that the parameters have and configurations all over the space, then
what a model proposes, each at the first replicate alone: of as many trials, different ones tell a model most. What is
left at the end, a fifth of the budget, goes to the other replicates of what the model believes to be the best, until
that has them all: what was merely lucky falls behind. Where something is left then, it explores on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import Enum, auto
from typing import Final

from ledger.analysis.tuning.proposing import GP, propose, proposer
from ledger.analysis.tuning.told import Seen, first, key, mean_of, measured
from ledger.model.frozen import frozen
from ledger.model.plan import Plan
from ledger.model.replicates import Point
from ledger.model.space import Configuration, Space
from ledger.model.tune_search import CURRENT, TuneSearch, place

Place = tuple[str, Point]
"""A trial: the arm and the point."""

# a model of fewer believes nothing
_FEWEST: Final = 2


class Phase(Enum):
    """What a model is to choose: another configuration, or the replicates of the best."""

    EXPLORE = auto()
    REPEAT = auto()


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

    @property
    def lacking(self) -> Callable[[str], list[Point]]:
        """The replicates at which an arm is still to be tried, asked by its name: none where it has failed."""
        taken: dict[str, set[Point]] = {}
        for arm, point in (*self.ended, *self.waiting):
            taken.setdefault(arm, set()).add(point)
        failed = {arm for (arm, _), value in self.ended.items() if value is None}
        points = self.plan.replicates.points()

        def of(arm: str) -> list[Point]:
            return [] if arm in failed else [point for point in points if point not in taken.get(arm, ())]

        return of

    def told(self) -> list[Seen]:
        """What a tuner is told: every configuration that has an outcome, here or earlier, lower values better.

        Of one that was tried both here and earlier it is what was tried more often: they may be trials of one seed.
        """
        search = tuned(self.plan)
        found: dict[str, Seen] = {}
        for one in search.earlier:
            values = tuple(search.sign * value for value in one.values)
            found[key(one.configuration)] = Seen(configuration=one.configuration, values=values, failed=one.failed)
        by_arm: dict[str, list[float | None]] = {}
        for (arm, _), value in sorted(self.ended.items(), key=str):
            by_arm.setdefault(arm, []).append(value)
        for arm, own in by_arm.items():
            values = tuple(search.sign * value for value in own if value is not None)
            told = Seen(configuration=_configuration(search, arm), values=values, failed=len(own) - len(values))
            known = found.get(key(told.configuration))
            if known is None or told.replicates >= known.replicates:
                found[key(told.configuration)] = told
        return list(found.values())

    def running(self, told: Collection[Seen]) -> list[Configuration]:
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
        if isinstance(following, Phase):
            following = _chosen(tries, following)
        if following is None:
            break
        chosen.append(following)
        tries = tries.and_waiting(following)
    return tuple(chosen)


def may_ask(tries: Tries, trial: Place) -> bool:
    """Whether this trial may be the next. Of those that its model chooses it may be any that the phase allows."""
    following, (arm, point) = _following(tries), trial
    if not isinstance(following, Phase):
        return following == trial
    search, told = tuned(tries.plan), tries.told()
    chosen, known = search.configuration(arm), {key(one.configuration) for one in told}
    if chosen is None:
        return False
    if key(chosen) in known:
        # where the other model finds nothing new, it repeats
        may_repeat = following is Phase.REPEAT or search.model != GP
        return may_repeat and tries.lacking(arm)[:1] == [point]
    running = {key(each) for each in tries.running(told)}
    return key(chosen) not in running and point == tries.plan.replicates.points()[0]


def finished(tries: Tries) -> bool:
    """Whether nothing more is asked for, whatever becomes of what runs."""
    return not tries.waiting and _following(tries) is None


def _following(tries: Tries) -> Place | Phase | None:
    """The next trial as far as no model is needed to say it, else what the model is to choose."""
    search, points = tuned(tries.plan), tries.plan.replicates.points()
    if not tries.left:
        return None
    told = tries.told()
    running = tries.running(told)
    tried = [*(one.configuration for one in told), *running]
    # enough for what it is compared with, and for one that only others have tried
    reserve = max(2 * len(points) - 1, search.budget // 5) if len(points) > 1 else 0
    exhausted = _exhausted(search.space, tried)
    exploring = not exhausted and (tries.left > reserve or len(tried) < first(search.space))
    if search.current is not None:
        missing = tries.lacking(CURRENT)
        if missing and (missing[0] == points[0] or not exploring):
            return CURRENT, missing[0]
    if exploring:
        return Phase.EXPLORE
    return Phase.REPEAT if not exhausted else _repeated(tries, _by_mean(told))


def _chosen(tries: Tries, phase: Phase) -> Place | None:
    """The trial that the model chooses."""
    search, told, points = tuned(tries.plan), tries.told(), tries.plan.replicates.points()
    if phase is Phase.REPEAT:
        ranked = _by_belief(search, told) if search.model == GP else _by_mean(told)
        lacking = tries.lacking
        within = [one for one in ranked if len(lacking(search.arm(one.configuration))) <= tries.left]
        repeated = _repeated(tries, within[:1])
        if repeated is None and tries.left < len(points):
            # too little for another configuration, which may turn out the best
            repeated = _repeated(tries, within) or _repeated(tries, ranked)
        if repeated is not None:
            return repeated
    found = propose(search.model, search.space, search.source, told, waiting=tries.running(told))
    if found:
        return search.arm(found[0].configuration), points[0]
    return _repeated(tries, _by_mean(told))


def _by_mean(told: Sequence[Seen]) -> list[Seen]:
    """Those that never failed, the best first."""
    return sorted((one for one in told if one.values and not one.failed), key=mean_of)


def _by_belief(search: TuneSearch, told: Sequence[Seen]) -> list[Seen]:
    """The same by what the model believes of them, without the luck of their trials."""
    if measured(told) < _FEWEST:
        return _by_mean(told)
    surface = proposer(search.space, search.source).surface(told)
    believed = dict(zip((key(one.configuration) for one in told), surface.believed(surface.points)[0], strict=True))
    return sorted(_by_mean(told), key=lambda one: float(believed[key(one.configuration)]))


def _repeated(tries: Tries, ranked: Iterable[Seen]) -> Place | None:
    """The next replicate of the first of them that lacks one."""
    lacking = tries.lacking
    for one in ranked:
        arm = tuned(tries.plan).arm(one.configuration)
        missing = lacking(arm)
        if missing:
            return arm, missing[0]
    return None


def _exhausted(space: Space, taken: Collection[Configuration]) -> bool:
    """Whether every configuration has been tried; what lies between the levels is none of the space."""
    # how many there are takes longer to say where some count only at times
    if any(each.when is None and len(each.domain.levels) > len(taken) for each in space.dimensions):
        return False
    return sum(place(space, each) is not None for each in taken) >= space.size


def _configuration(search: TuneSearch, arm: str) -> Configuration:
    found = search.configuration(arm)
    assert found is not None
    return found
