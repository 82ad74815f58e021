"""From a configuration upwards in expected improvement: along all fine parameters at once, then by one other at a
time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from ledger.analysis.tuning.encoding import Encoding
from ledger.analysis.tuning.told import key
from ledger.model.frozen import frozen
from ledger.model.parameters import Value
from ledger.model.space import Configuration, Dimension, same
from ledger.stats.acquisition import log_augmented_improvement, slopes_of_log_augmented_improvement
from ledger.stats.gaussian_process import Surface

Array = npt.NDArray[np.float64]

# an ordered parameter with more values than this is moved as if it had all between
_FINE = 20
_ROUNDS = 2
_ITERATIONS = 20


@frozen
class Scored:
    """A configuration with the logarithm of the augmented improvement that is expected of it."""

    configuration: Configuration
    score: float


class Climb:
    """Climbs on a surface above the `best` mean so far, never to a configuration that is `taken`. `noise`: the standard
    deviation of what the next mean is measured with.
    """

    def __init__(self, surface: Surface, encoding: Encoding, best: float, noise: float, taken: Collection[str]) -> None:
        self._surface, self._encoding, self._best, self._noise, self._taken = surface, encoding, best, noise, taken

    def scores(self, configurations: Sequence[Configuration]) -> Array:
        """The logarithm of the augmented improvement that is expected of each."""
        mean, sd = self._surface.believed(self._encoding.rows(configurations))
        return log_augmented_improvement(mean, sd, self._best, self._noise)

    def up(self, start: Scored) -> Scored:
        """The best that is reached, the start itself where nothing is better."""
        at = start
        for _ in range(_ROUNDS):
            before = at
            at = self._better(at, [self._along(at.configuration)])
            at = self._better(at, list(self._changed(at.configuration)))
            if at is before:
                break
        return at

    def _better(self, at: Scored, others: list[dict[str, Value]]) -> Scored:
        free = [each for each in others if key(each) not in self._taken]
        if not free:
            return at
        scores = self.scores(free)
        top = int(np.argmax(scores))
        return Scored(configuration=free[top], score=float(scores[top])) if scores[top] > at.score else at

    def _along(self, configuration: Configuration) -> dict[str, Value]:
        fine = [d for d in self._encoding.space.dimensions if d.name in configuration and _is_fine(d)]
        if not fine:
            return dict(configuration)
        (row,) = self._encoding.rows([configuration])
        columns = [self._encoding.columns[each.name].start for each in fine]

        def objective(places: Array) -> tuple[float, Array]:
            row[columns] = places
            mean, sd, mean_slope, sd_slope = self._surface.slopes(row)
            found = log_augmented_improvement(np.array([mean]), np.array([sd]), self._best, self._noise)
            by_mean, by_sd = slopes_of_log_augmented_improvement(mean, sd, self._best, self._noise)
            return -float(found[0]), -(by_mean * mean_slope + by_sd * sd_slope)[columns]

        bounds = [(0.0, 1.0)] * len(columns)
        end = minimize(
            objective, row[columns], jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": _ITERATIONS}
        )
        moved = {each.name: self._encoding.level(each, float(p)) for each, p in zip(fine, end.x, strict=True)}
        return self._made({**configuration, **moved})

    def _changed(self, configuration: Configuration) -> Iterator[dict[str, Value]]:
        """With another value of one parameter; one that counts only then is in the middle of its values."""
        for dimension in self._encoding.space.dimensions:
            if dimension.name not in configuration or _is_fine(dimension):
                continue
            for level in dimension.domain.levels:
                if not same(level, configuration[dimension.name]):
                    yield self._made({**configuration, dimension.name: level})

    def _made(self, wanted: Configuration) -> dict[str, Value]:
        return self._encoding.space.active(lambda dimension: wanted.get(dimension.name, _middle(dimension)))


def _is_fine(dimension: Dimension) -> bool:
    return dimension.domain.ordered and len(dimension.domain.levels) > _FINE


def _middle(dimension: Dimension) -> Value:
    return dimension.domain.levels[len(dimension.domain.levels) // 2]
