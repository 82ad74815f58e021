"""Search for the version at which a metric fell: first whether it fell at all, then where.

Chance has no part in it: the records alone say what is asked next, so that a search goes on where another stopped.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain, count, pairwise

from ledger.model.finding import Answer
from ledger.model.frozen import frozen
from ledger.stats.contrast import mean
from ledger.stats.step_posterior import NoisePrior, StepPosterior

# how many times as probable as no change a change must have become before a place is sought, and before one is named.
# Without any change the second is ever reached with a probability of at most 1 / 10, whenever one looks (Ville 1939),
# and in half of these cases the last version is the better one
_SEEN = 3.0
_REAL = 10.0
# a fall that is surely smaller than so many standard deviations of the noise is not worth a search: to find its place
# would take hundreds of trials
_LEAST = 0.75
# how many values at each end before anything is said, where the noise is known and where it is not
_FEWEST = 1
_FEWEST_UNKNOWN = 2
# from this many degrees of freedom on the noise is known
_KNOWN = 4


@frozen
class StepSearch:
    """What is searched: a metric that is worse at the last of `versions` versions than at the first.

    `sign` is 1 where a lower value is worse and −1 where a higher one is. `weights`: how probable the step is at each
    version after the first, in proportion. `budget`: trials that may be run in all; `ends`: values at each end after
    which it is said that no change is seen. `skipped`: versions that must not be tried.
    """

    versions: int
    sign: int
    noise: NoisePrior
    weights: Sequence[float] | None = None
    confidence: float = 0.95
    budget: int = 60
    ends: int = 30
    skipped: frozenset[int] = frozenset()


@frozen
class Measured:
    """A trial of a version that has ended; `value` is None where it failed. `number` counts those of this version."""

    version: int
    number: int
    value: float | None


@frozen
class NextTrial:
    """A trial to run: the replicate `number`, from 0 on, of a version."""

    version: int
    number: int


@frozen
class SearchEnd:
    """The end of a search. `places` are the versions of which one is the first after the step, as `credible` as asked.

    More than one: versions between them cannot be run, or the answer is open. `posterior` runs over the versions that
    can be run, which `runnable` lists; None where an end has no value.
    """

    answer: Answer
    places: tuple[int, ...] = ()
    runnable: tuple[int, ...] = ()
    posterior: StepPosterior | None = None


def advance(
    search: StepSearch, tried: Sequence[Measured], waiting: Sequence[NextTrial] = (), count: int = 1
) -> tuple[NextTrial, ...] | SearchEnd:
    """The trials that follow from those that were tried, `count` at most, or what was found.

    `waiting` are those that run now. Nothing is wanted where one of them must be waited for.
    """
    unable = {each.version for each in tried if each.value is None} | search.skipped
    runnable = tuple(version for version in range(search.versions) if version not in unable)
    if unable & {0, search.versions - 1}:
        return SearchEnd(answer=Answer.OPEN, runnable=runnable)
    history = _History(search, tried, waiting, runnable)
    count = min(count, search.budget - len(tried) - len(waiting))
    fewest = _FEWEST if search.noise.df >= _KNOWN else _FEWEST_UNKNOWN
    if history.fewest_at_ends < fewest:
        if count <= 0 and not waiting:
            return SearchEnd(answer=Answer.OPEN, runnable=runnable)
        return history.more_at_ends(fewest, count)
    posterior = history.model.posterior(history.values)
    if posterior.evidence < _SEEN or history.fall <= 0:
        if history.fewest_at_ends >= search.ends or history.most_fall < _LEAST:
            return history.found(Answer.NONE, posterior)
        if count <= 0 and not waiting:
            return history.found(Answer.OPEN, posterior, posterior.credible(search.confidence))
        return history.more_at_ends(search.ends, count)
    if posterior.evidence >= _REAL and max(posterior.places) >= search.confidence:
        return history.found(Answer.STEP, posterior, [posterior.change])
    if posterior.drift >= search.confidence:
        return history.found(Answer.DRIFT, posterior)
    if count <= 0:
        return () if waiting else history.found(Answer.OPEN, posterior, posterior.credible(search.confidence))
    return history.wanted(history.model.most_telling(history.values, count, history.under_way))


class _History:
    """The versions that can run, with their values: numbered among themselves, as the model has them."""

    def __init__(
        self, search: StepSearch, tried: Sequence[Measured], waiting: Sequence[NextTrial], runnable: Sequence[int]
    ) -> None:
        # imported late: most commands read what a search found, and ask for nothing
        from ledger.stats.step import StepModel

        self._runnable = runnable
        self._sign = search.sign
        self._noise = search.noise
        self._taken = {(each.version, each.number) for each in tried}
        self._taken |= {(each.version, each.number) for each in waiting}
        place = {version: number for number, version in enumerate(runnable)}
        self._last = len(runnable) - 1
        self.values = [
            (place[each.version], each.value) for each in tried if each.version in place and each.value is not None
        ]
        self.under_way = [place[each.version] for each in waiting if each.version in place]
        self._ends = [[value for version, value in self.values if version == end] for end in (0, self._last)]
        weights = search.weights or [1.0] * (search.versions - 1)
        # a step between two that ran may have come with any version since the first of them
        joined = [math.fsum(weights[before:after]) for before, after in pairwise(runnable)]
        self.model = StepModel(len(runnable), search.noise, joined)

    @property
    def fewest_at_ends(self) -> int:
        return min(map(len, self._ends))

    @property
    def fall(self) -> float:
        """By how much the last version is worse than the first, on average."""
        first, last = map(mean, self._ends)
        return self._sign * (first - last)

    @property
    def most_fall(self) -> float:
        """The upper end of the 95% interval of the fall, in standard deviations of the noise."""
        from scipy.special import stdtrit

        ends = [value - mean(end) for end in self._ends for value in end]
        df = self._noise.df + len(ends) - 2
        sd = math.hypot(math.sqrt(self._noise.df) * self._noise.sd, *ends) / math.sqrt(df)
        error = math.sqrt(sum(1 / len(end) for end in self._ends))
        return self.fall / sd + float(stdtrit(df, 0.975)) * error if sd else math.copysign(math.inf, self.fall)

    def more_at_ends(self, most: int, count: int) -> tuple[NextTrial, ...]:
        """Trials of the ends by turns, so that each comes to this many."""
        there = Counter([version for version, _ in self.values] + self.under_way)
        turns = sorted((number, end) for end in (0, self._last) for number in range(there[end], most))
        return self.wanted([end for _, end in turns[: max(count, 0)]])

    def wanted(self, versions: Sequence[int]) -> tuple[NextTrial, ...]:
        """The next replicates of these versions."""
        taken = set(self._taken)
        wanted = []
        for version in (self._runnable[each] for each in versions):
            # the first that is free: one of several that ran at a time may have been cut off
            number = next(number for number in count() if (version, number) not in taken)
            wanted.append(NextTrial(version=version, number=number))
            taken.add((version, number))
        return tuple(wanted)

    def found(self, answer: Answer, posterior: StepPosterior, places: Sequence[int] = ()) -> SearchEnd:
        """The answer, with the versions that could not run among the places where they lie between two that did."""
        versions = [range(self._runnable[each - 1] + 1, self._runnable[each] + 1) for each in places]
        return SearchEnd(
            answer=answer, places=tuple(chain(*versions)), runnable=tuple(self._runnable), posterior=posterior
        )
