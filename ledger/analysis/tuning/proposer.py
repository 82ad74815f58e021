"""Which configuration to try next? By a Gaussian process and augmented expected improvement.

Begins with points of a scrambled Sobol sequence. Then the surface is fitted to all that is known, and where more are
expected to improve on the best than elsewhere is sought among Sobol points and steps from the best ones, the best of
which climb on. Chance comes from a text and how much is known, so that the same trials give the same proposals.
"""

from __future__ import annotations

import hashlib
import math
import statistics
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ledger.analysis.tuning.climbing import Climb, Scored
from ledger.analysis.tuning.encoding import Encoding
from ledger.analysis.tuning.told import Proposal, Seen, first, key, means, measured, squeezed
from ledger.model.parameters import Value
from ledger.model.space import Configuration, Dimension, Space
from ledger.stats.acquisition import log_expected_improvement
from ledger.stats.gaussian_process import Surface, fit
from ledger.stats.noise_within import within
from ledger.stats.threads import one_thread

Array = npt.NDArray[np.float64]

# powers of two, as Sobol points come
_CANDIDATES = 512
_FIRST_POINTS = 1024
# steps from each of the best so far
_STEPS = 32
# of this many candidates each climbs on
_CLIMBS = 4


class Proposer:
    """Proposes configurations of a space. `source`: the text that chance comes from."""

    def __init__(self, space: Space, source: str) -> None:
        self.space = space
        self.encoding = Encoding(space)
        self._source = source

    @property
    def first(self) -> int:
        """So many configurations are tried before any follows from what is known."""
        return first(self.space)

    def propose(
        self, told: Sequence[Seen], count: int = 1, *, waiting: Sequence[Configuration] = ()
    ) -> tuple[Proposal, ...]:
        """The next `count` configurations, fewer where no others are left. `waiting` are those that run now: of them it
        is imagined that they come out as believed.
        """
        with one_thread():
            return self._proposed(told, count, waiting)

    def _proposed(self, told: Sequence[Seen], count: int, waiting: Sequence[Configuration]) -> tuple[Proposal, ...]:
        taken = {key(one.configuration) for one in told} | {key(each) for each in waiting}
        at_work = list(waiting)
        surface: Surface | None = None
        found: list[Proposal] = []
        for _ in range(count):
            step = len(told) + len(at_work)
            if step < self.first or measured(told) < 2:
                proposal = self._drawn(taken)
            else:
                surface = surface or self._imagined(self.surface(told), at_work)
                noise = surface.trial_sd / math.sqrt(statistics.median(one.replicates for one in told))
                proposal = self._best(surface, [*(one.configuration for one in told), *at_work], taken, step, noise)
            if proposal is None:
                break
            found.append(proposal)
            at_work.append(proposal.configuration)
            taken.add(key(proposal.configuration))
            surface = None if surface is None else self._imagined(surface, [proposal.configuration])
        return tuple(found)

    def surface(self, told: Sequence[Seen]) -> Surface:
        """What the means of all configurations make believe, with their noise. Raises ValueError where none has any."""
        rows = self.encoding.rows([one.configuration for one in told])
        known = squeezed(told)
        with one_thread():
            return fit(rows, means(known), [one.replicates for one in known], within(one.values for one in known))

    def _imagined(self, surface: Surface, waiting: Sequence[Configuration]) -> Surface:
        return surface.imagined(self.encoding.rows(waiting)) if waiting else surface

    def _drawn(self, taken: set[str]) -> Proposal | None:
        free = (each for each in self._spread(_FIRST_POINTS, "first") if key(each) not in taken)
        found = next(free, None)
        return None if found is None else Proposal(configuration=found)

    def _best(
        self, surface: Surface, tried: Sequence[Configuration], taken: set[str], step: int, noise: float
    ) -> Proposal | None:
        believed = surface.believed(surface.points)[0]
        best = float(believed.min())
        near = [tried[n] for n in np.argsort(believed, kind="stable")[:_CLIMBS]]
        candidates = {
            key(each): each for each in (*self._spread(_CANDIDATES, f"step {step}"), *self._steps(near, f"near {step}"))
        }
        pool = [each for name, each in candidates.items() if name not in taken]
        if not pool:
            return None
        climb = Climb(surface, self.encoding, best, noise, taken)
        scores = climb.scores(pool)
        chosen = [
            climb.up(Scored(configuration=pool[n], score=float(scores[n])))
            for n in np.argsort(-scores, kind="stable")[:_CLIMBS]
        ]
        top = max(chosen, key=lambda each: each.score)
        mean, sd = surface.believed(self.encoding.rows([top.configuration]))
        return Proposal(
            configuration=top.configuration,
            mean=float(mean[0]),
            sd=float(sd[0]),
            improvement=math.exp(float(log_expected_improvement(mean, sd, best)[0])),
        )

    def _spread(self, count: int, what: str) -> Iterator[dict[str, Value]]:
        """So many configurations all over the space; all of it behind them where it is no larger."""
        # imported late: it takes half a second
        from scipy.stats.qmc import Sobol

        luck = self._luck(what)
        yield from map(self.encoding.drawn, Sobol(len(self.space.dimensions), scramble=True, rng=luck).random(count))
        if self.space.size <= count:
            rest = list(self.encoding.every())
            yield from (rest[n] for n in luck.permutation(len(rest)))

    def _steps(self, best: Sequence[Configuration], what: str) -> Iterator[dict[str, Value]]:
        luck = self._luck(what)
        for configuration in best:
            for _ in range(_STEPS):
                yield self._step(configuration, luck)

    def _step(self, configuration: Configuration, luck: np.random.Generator) -> dict[str, Value]:
        """A configuration beside another: some of its values moved, at distances of all sizes."""
        size = 10 ** luck.uniform(-2.5, -0.5)
        moved = luck.random(len(self.space.dimensions)) < 0.5
        moved[luck.integers(len(moved))] = True
        moves = dict(zip(self.space.names, moved, strict=True))

        def value(dimension: Dimension) -> Value:
            levels = dimension.domain.levels
            known = configuration.get(dimension.name)
            if dimension.name not in configuration:
                return levels[int(luck.integers(len(levels)))]
            if not moves[dimension.name]:
                return known
            if not dimension.domain.ordered:
                return levels[int(luck.integers(len(levels)))] if luck.random() < 0.3 else known
            place = dimension.domain.place(known)
            assert place is not None
            return self.encoding.level(dimension, place + size * luck.standard_normal())

        return self.space.active(value)

    def _luck(self, what: str) -> np.random.Generator:
        digest = hashlib.sha256(f"{self._source}:{what}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "big"))
