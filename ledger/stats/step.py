"""At which of a sequence of versions did the mean of a metric change: the posterior, and which version to try next.

Values at version v are normal around its level with one variance. Three kinds of history are compared by their
marginal likelihoods: a *step* (one level before a place, another from it on; every place is a hypothesis of its own),
a *drift* (the level changes by as much at every version) and *none*. The variance is inverse gamma a priori, from what
is known of the noise; the levels are normal around a common mean without information, so that a change has the
standard deviation τσ a priori, averaged over several τ (normal–inverse-gamma, as in Smith 1975, Biometrika 62, 407,
and Chib 1998, J. Econometrics 86, 221).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.stats.contrast import mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# how large a change may be a priori, in standard deviations of the noise
_SIZES = (1.0, 2.0, 4.0, 10.0, 40.0)
# what is believed before any value: a step, a drift, no change
_PRIOR = (0.6, 0.2, 0.2)
# nothing varies less than this beside the values themselves: what rounding leaves
_ROUNDING = 1e-12
# the versions that are weighed for the next trial: so many quantiles of where the step may be, and the ends
_CANDIDATES = 12
# how many points stand for the values that a trial may give on either side of the step
_NODES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What is known of the standard deviation of one value before the search, and from how many degrees of freedom.

    Zero degrees of freedom: nothing is known.
    """

    sd: float
    df: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPosterior:
    """How probable each history is, given all values. The places, the drift and none add up to 1.

    `places[k - 1]` is the probability of one step between the versions k − 1 and k.
    """

    places: tuple[float, ...]
    drift: float
    none: float

    @property
    def step(self) -> float:
        """The probability that there is one step, wherever."""
        return sum(self.places)

    @property
    def change(self) -> int:
        """The first version after the most probable step."""
        return 1 + max(range(len(self.places)), key=self.places.__getitem__)

    def credible(self, confidence: float) -> tuple[int, ...]:
        """The fewest versions that hold the step with that probability, given that there is one; in order."""
        left = confidence * self.step
        chosen = []
        for place in sorted(range(len(self.places)), key=self.places.__getitem__, reverse=True):
            if left <= 0:
                break
            left -= self.places[place]
            chosen.append(place + 1)
        return tuple(sorted(chosen))


class StepModel:
    """The hypotheses about a history of so many versions, with what is believed of them before any value.

    `weights` says how probable a step is at each version after the first, in proportion; evenly where it is not given.
    """

    def __init__(self, versions: int, noise: Noise, weights: Sequence[float] | Floats | None = None) -> None:
        import numpy as np

        if versions < 2:
            raise ValueError("a step needs two versions at least")
        places = np.ones(versions - 1) if weights is None else np.asarray(weights, dtype=float)
        if places.shape != (versions - 1,) or not np.all(np.isfinite(places)) or places.min() <= 0:
            raise ValueError("one positive weight for each version after the first")
        self.versions = versions
        self._noise = noise
        self._places = places / places.sum()
        # how far along the history each version is, and what is not known of a place that stands for several
        self._along = np.arange(versions) / (versions - 1)
        self._inside = np.zeros(versions - 1)

    def _among(self, versions: Ints) -> StepModel:
        """The same hypotheses where only these versions, both ends with them, have values or will.

        No value can tell apart the places between two that follow each other: they become one.
        """
        import numpy as np

        few = StepModel(len(versions), self._noise, np.add.reduceat(self._places, versions[:-1]))
        few._along = self._along[versions]
        entropies = np.add.reduceat(-self._places * np.log(self._places), versions[:-1])
        few._inside = entropies / few._places + np.log(few._places)
        return few

    def posterior(self, values: Sequence[tuple[int, float]]) -> StepPosterior:
        """What is believed after these values, each with its version; both ends must have one."""
        chances = self._chances(_Sums.of(values, self.versions))[0]
        return StepPosterior(places=tuple(map(float, chances[:-2])), drift=float(chances[-2]), none=float(chances[-1]))

    def most_telling(self, values: Sequence[tuple[int, float]], count: int = 1) -> list[int]:
        """The versions of the next trials, `count` of them: each leaves the least entropy that can be expected.

        Where several are asked for at once, those that come first are taken to give what they are expected to.
        """
        asked = []
        known = list(values)
        for _ in range(count):
            version, expected = self._next(_Sums.of(known, self.versions))
            asked.append(version)
            known.append((version, mean([value for _, value in known]) + expected))
        return asked

    def _next(self, sums: _Sums) -> tuple[int, float]:
        """The version whose value is expected to tell most, and that value about the mean of all."""
        import numpy as np

        places = self._chances(sums)[0, :-2]
        # given a step, for each version the probability that it lies at or before it
        after = np.concatenate([[0.0], np.cumsum(places) / places.sum()])
        quantiles = np.linspace(0.5, _CANDIDATES - 0.5, _CANDIDATES) / _CANDIDATES
        likely = int(np.argmax(places))
        wanted = np.union1d(np.searchsorted(after, quantiles), [0, likely, likely + 1, self.versions - 1])
        columns = np.union1d(np.flatnonzero(sums.count[0]), wanted)
        few, few_sums, candidates = self._among(columns), sums.among(columns), np.searchsorted(columns, wanted)
        points, shares, means = few._outcomes(few_sums, candidates)
        entropy = few._entropy(few_sums.with_one_more(candidates, points))
        best = int(np.argmin((entropy.reshape(points.shape) * shares).sum(axis=1)))
        return int(wanted[best]), float(means[best])

    def _entropy(self, sums: _Sums) -> Floats:
        import numpy as np

        chances = self._chances(sums)
        terms = np.where(chances > 0, chances * np.log(np.maximum(chances, 1e-300)), 0.0)
        entropy: Floats = chances[:, :-2] @ self._inside - terms.sum(axis=1)
        return entropy

    def _outcomes(self, sums: _Sums, candidates: Ints) -> tuple[Floats, Floats, Floats]:
        """Values that a trial of each candidate may give: points and their shares (candidate × point), and the mean.

        A normal mixture of two sides, before the step and after it, each with the mean and the variance that it has
        over all places where the step may be.
        """
        import numpy as np
        from numpy.polynomial.hermite_e import hermegauss

        nodes, node_shares = hermegauss(_NODES)
        node_shares = node_shares / node_shares.sum()
        first = np.cumsum(sums.count[0])[:-1]
        second = sums.n[0] - first
        deviation = np.cumsum(sums.total[0])[:-1]
        within = np.maximum(sums.squares[0] - deviation**2 / first - deviation**2 / second, 0.0)
        variance = (self._noise.df * self._noise.sd**2 + within) / max(self._noise.df + sums.n[0] - 2, 1)
        steps = self._chances(sums)[0, :-2]
        steps = steps / steps.sum()
        is_before = candidates[:, None] < np.arange(1, self.versions)[None, :]
        sides = []
        for level, n, inside in ((deviation / first, first, is_before), (-deviation / second, second, ~is_before)):
            share = (steps * inside).sum(axis=1)
            weights = steps * inside / np.maximum(share, 1e-300)[:, None]
            mean = (weights * level).sum(axis=1)
            spread = (weights * (variance * (1 + 1 / n) + (level - mean[:, None]) ** 2)).sum(axis=1)
            sides.append((share, mean, np.sqrt(spread)))
        points = np.concatenate([mean[:, None] + sd[:, None] * nodes for _, mean, sd in sides], axis=1)
        shares = np.concatenate([share[:, None] * node_shares for share, _, _ in sides], axis=1)
        return points, shares, sum(share * mean for share, mean, _ in sides)

    def _chances(self, sums: _Sums) -> Floats:
        """The probability of each hypothesis (places, drift, none), one row for each set of values."""
        import numpy as np

        step, drift, none = np.log(_PRIOR)
        logs = np.concatenate(
            [
                self._step(sums) + np.log(self._places) + step,
                self._drift(sums)[:, None] + drift,
                self._none(sums)[:, None] + none,
            ],
            axis=1,
        )
        logs -= logs.max(axis=1, keepdims=True)
        chances: Floats = np.exp(logs)
        chances /= chances.sum(axis=1, keepdims=True)
        return chances

    def _step(self, sums: _Sums) -> Floats:
        import numpy as np

        n, total = sums.n[:, None], sums.squares[:, None]
        first = np.cumsum(sums.count, axis=1)[:, :-1]
        second = n - first
        # sums of both sides, about the mean of all values, are each other's negative
        deviation = np.cumsum(sums.total, axis=1)[:, :-1]
        within = np.maximum(total - deviation**2 / first - deviation**2 / second, total * _ROUNDING)
        distance = deviation / first + deviation / second
        logs = []
        for size in _SIZES:
            half = size * size / 2
            grown = (1 + first * half) * (1 + second * half)
            information = first / (1 + first * half) + second / (1 + second * half)
            kept = first * second / (grown * information) * distance**2
            logs.append(-0.5 * np.log(grown * information) + self._noise_term(within + kept, n))
        return _mean_of_exponentials(logs)

    def _drift(self, sums: _Sums) -> Floats:
        import numpy as np

        along = self._along - (sums.count * self._along).sum(axis=1, keepdims=True) / sums.n[:, None]
        spread = (sums.count * along**2).sum(axis=1)
        product = (sums.total * along).sum(axis=1)
        logs = [
            -0.5 * np.log(sums.n * (1 + size**2 * spread))
            + self._noise_term(sums.squares - product**2 / (spread + 1 / size**2), sums.n)
            for size in _SIZES
        ]
        return _mean_of_exponentials(logs)

    def _none(self, sums: _Sums) -> Floats:
        import numpy as np

        logs: Floats = -0.5 * np.log(sums.n) + self._noise_term(sums.squares, sums.n)
        return logs

    def _noise_term(self, residual: Floats, n: Floats) -> Floats:
        """The part of the log marginal likelihood that the residual sum of squares decides, the variance integrated."""
        import numpy as np

        known = self._noise.df * self._noise.sd**2
        logs: Floats = -(self._noise.df + n - 1) / 2 * np.log(known + residual)
        return logs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """What the marginal likelihoods need of the values: one row for each set of values, one column for each version.

    `total` is about the mean of all values of the row, and so is `squares`, the sum of squares.
    """

    count: Floats
    total: Floats
    squares: Floats

    @classmethod
    def of(cls, values: Sequence[tuple[int, float]], versions: int) -> _Sums:
        import numpy as np

        at = np.array([version for version, _ in values])
        given = np.array([value for _, value in values])
        count = np.bincount(at, minlength=versions).astype(float)
        if count[0] == 0 or count[-1] == 0:
            raise ValueError("both ends need a value")
        centred = given - given.mean()
        least = len(given) * (_ROUNDING * np.abs(given).max()) ** 2 or np.finfo(float).tiny
        return cls(
            count=count[None, :],
            total=np.bincount(at, weights=centred, minlength=versions).astype(float)[None, :],
            squares=np.array([np.sum(centred**2) + least]),
        )

    @property
    def n(self) -> Floats:
        n: Floats = self.count.sum(axis=1)
        return n

    def among(self, versions: Ints) -> _Sums:
        """The same values where these are the only versions that have any, or will."""
        return _Sums(count=self.count[:, versions], total=self.total[:, versions], squares=self.squares)

    def with_one_more(self, versions: Ints, values: Floats) -> _Sums:
        """One row for each value (version × point), as if it had been measured too. Values are about the mean."""
        import numpy as np

        n = float(self.n[0])
        added = np.repeat(np.eye(self.count.shape[1])[versions], values.shape[1], axis=0)
        flat = values.reshape(-1, 1)
        count = self.count + added
        return _Sums(
            count=count,
            total=self.total + added * flat - count * flat / (n + 1),
            squares=self.squares + flat[:, 0] ** 2 * n / (n + 1),
        )


def _mean_of_exponentials(logs: Sequence[Floats]) -> Floats:
    """log of the mean of the exponentials of several arrays, place by place."""
    import numpy as np

    stacked = np.stack(logs)
    largest = stacked.max(axis=0)
    mean_of_them: Floats = largest + np.log(np.exp(stacked - largest).mean(axis=0))
    return mean_of_them
