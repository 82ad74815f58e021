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
from typing import TYPE_CHECKING

from ledger.model.frozen import frozen
from ledger.stats.contrast import mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# how large a change may be a priori, in standard deviations of the noise
_SIZES = (1.0, 2.0, 4.0, 10.0, 40.0)
# what is believed before any value: a step, a drift, no change
_PRIOR = (0.7, 0.2, 0.1)
# nothing varies less than this beside the values themselves: what rounding leaves
_ROUNDING = 1e-12
# the versions that are weighed for the next trial: so many quantiles of where the step may be, and the ends
_CANDIDATES = 12
# how many points stand for the values that a trial may give on either side of the step
_NODES = 5


@frozen
class Noise:
    """What is known of the standard deviation of one value before the search, and from how many degrees of freedom.

    Zero degrees of freedom: nothing is known.
    """

    sd: float
    df: float


@frozen
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
    def evidence(self) -> float:
        """How many times as probable any change has become beside none, by the values (a Bayes factor)."""
        change, none = sum(_PRIOR[:2]), _PRIOR[2]
        return (1 - self.none) / max(self.none, 1e-300) / (change / none)

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

    def most_telling(
        self, values: Sequence[tuple[int, float]], count: int = 1, waiting: Sequence[int] = ()
    ) -> list[int]:
        """The versions of the next trials, `count` of them: each leaves the least entropy that can be expected.

        Trials under way, of the versions in `waiting`, and those that are asked for before another are taken to give
        what they are expected to.
        """
        import numpy as np

        known = list(values)
        asked: list[int] = []
        for awaited in [*waiting, *[None] * count]:
            sums = _Sums.of(known, self.versions)
            versions = self._worth_trying(sums) if awaited is None else np.array([awaited])
            version, expected = self._best(sums, versions)
            if awaited is None:
                asked.append(version)
            known.append((version, mean([value for _, value in known]) + expected))
        return asked

    def _worth_trying(self, sums: _Sums) -> Ints:
        """The versions that are weighed: quantiles of where the step may be, the most probable place, and the ends."""
        import numpy as np

        places = self._chances(sums)[0, :-2]
        # given a step, for each version the probability that it lies at or before it
        after = np.concatenate([[0.0], np.cumsum(places) / places.sum()])
        quantiles = np.linspace(0.5, _CANDIDATES - 0.5, _CANDIDATES) / _CANDIDATES
        likely = int(np.argmax(places))
        return np.union1d(np.searchsorted(after, quantiles), [0, likely, likely + 1, self.versions - 1])

    def _best(self, sums: _Sums, versions: Ints) -> tuple[int, float]:
        """Of these versions the one whose value is expected to tell most, and that value about the mean of all."""
        import numpy as np

        columns = np.union1d(np.flatnonzero(sums.count[0]), versions)
        few, few_sums, candidates = self._among(columns), sums.among(columns), np.searchsorted(columns, versions)
        points, shares, means = few._outcomes(few_sums, candidates)
        entropy = few._entropy(few_sums.with_one_more(candidates, points))
        best = int(np.argmin((entropy.reshape(points.shape) * shares).sum(axis=1)))
        return int(versions[best]), float(means[best])

    def _entropy(self, sums: _Sums) -> Floats:
        import numpy as np

        chances = self._chances(sums)
        terms = np.where(chances > 0, chances * np.log(np.maximum(chances, 1e-300)), 0.0)
        entropy: Floats = chances[:, :-2] @ self._inside - terms.sum(axis=1)
        return entropy

    def _outcomes(self, sums: _Sums, candidates: Ints) -> tuple[Floats, Floats, Floats]:
        """Values that a trial of each candidate may give: points and their shares (candidate × point), and the mean.

        A mixture of four normal distributions: before the step, after it (each with the mean and the variance that it
        has over all places where the step may be), on the line of a drift, and without any change.
        """
        import numpy as np
        from numpy.polynomial.hermite_e import hermegauss

        n = sums.n[0]
        known, df = self._noise.df * self._noise.sd**2, max(self._noise.df + n - 2, 1)
        chances = self._chances(sums)[0]
        first = np.cumsum(sums.count[0])[:-1]
        second = n - first
        deviation = np.cumsum(sums.total[0])[:-1]
        within = np.maximum(sums.squares[0] - deviation**2 / first - deviation**2 / second, 0.0)
        variance = (known + within) / df
        is_before = candidates[:, None] < np.arange(1, self.versions)[None, :]
        parts = []
        for level, inside, size in ((deviation / first, is_before, first), (-deviation / second, ~is_before, second)):
            weights = chances[:-2] * inside
            share = weights.sum(axis=1)
            weights /= np.maximum(share, 1e-300)[:, None]
            centre = (weights * level).sum(axis=1)
            spread = (weights * (variance * (1 + 1 / size) + (level - centre[:, None]) ** 2)).sum(axis=1)
            parts.append((share, centre, spread))
        along = self._along - (sums.count[0] * self._along).sum() / n
        spread_along = (sums.count[0] * along**2).sum()
        slope = (sums.total[0] * along).sum() / spread_along
        scatter = (known + max(sums.squares[0] - slope**2 * spread_along, 0.0)) / df
        at = along[candidates]
        even = np.ones(len(candidates))
        parts.append((even * chances[-2], slope * at, scatter * (1 + 1 / n + at**2 / spread_along)))
        parts.append((even * chances[-1], even * 0, even * (known + sums.squares[0]) / df * (1 + 1 / n)))
        nodes, node_shares = hermegauss(_NODES)
        node_shares = node_shares / node_shares.sum()
        points = np.concatenate([centre[:, None] + np.sqrt(spread)[:, None] * nodes for _, centre, spread in parts], 1)
        shares = np.concatenate([share[:, None] * node_shares for share, _, _ in parts], 1)
        return points, shares, sum(share * centre for share, centre, _ in parts)

    def _chances(self, sums: _Sums) -> Floats:
        """The probability of each hypothesis (places, drift, none), one row for each set of values."""
        import numpy as np

        step, drift, none = np.log(_PRIOR)
        if self.versions == 2:
            # a drift over two versions is a step
            drift = -np.inf
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


@frozen
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
