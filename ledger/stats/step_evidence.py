"""The marginal likelihoods of what may have become of a level over versions: a step, a drift, no change.

Values are normal with one variance, which is inverse gamma a priori, from what is known of the noise; the levels are
normal around a common mean without information, so that a change has the standard deviation τσ a priori, averaged over
several τ (normal–inverse-gamma, as in Smith 1975, Biometrika 62, 407, and Chib 1998, J. Econometrics 86, 221).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ledger.model.frozen import frozen
from ledger.stats.step_posterior import NoisePrior

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# how large a change may be a priori, in standard deviations of the noise
SIZES = (1.0, 2.0, 4.0, 10.0, 40.0)
# nothing varies less than this beside the values themselves: what rounding leaves
_ROUNDING = 1e-12


@frozen
class Sums:
    """What the marginal likelihoods need of the values: one row for each set of values, one column for each version.

    `total` is about the mean of all values of the row, and so is `squares`, the sum of squares.
    """

    count: Floats
    total: Floats
    squares: Floats

    @classmethod
    def of(cls, values: Sequence[tuple[int, float]], versions: int) -> Sums:
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

    def sides(self) -> tuple[Floats, Floats, Floats, Floats]:
        """For a step at each place: the values before it and from it on, what the first are above the mean in sum, and
        the sum of squares within both. From the place on they are below the mean by as much.
        """
        first = np.cumsum(self.count, axis=1)[:, :-1]
        second = self.n[:, None] - first
        deviation = np.cumsum(self.total, axis=1)[:, :-1]
        whole = self.squares[:, None]
        within = np.maximum(whole - deviation**2 / first - deviation**2 / second, whole * _ROUNDING)
        return first, second, deviation, within

    def among(self, versions: Ints) -> Sums:
        """The same values where these are the only versions that have any, or will."""
        return Sums(count=self.count[:, versions], total=self.total[:, versions], squares=self.squares)

    def with_one_more(self, versions: Ints, values: Floats) -> Sums:
        """One row for each value (version × point), as if it had been measured too. Values are about the mean."""
        n = float(self.n[0])
        added = np.repeat(np.eye(self.count.shape[1])[versions], values.shape[1], axis=0)
        flat = values.reshape(-1, 1)
        count = self.count + added
        return Sums(
            count=count,
            total=self.total + added * flat - count * flat / (n + 1),
            squares=self.squares + flat[:, 0] ** 2 * n / (n + 1),
        )


def step_evidence(sums: Sums, noise: NoisePrior) -> Floats:
    """The log marginal likelihood of a step at each place: a row for each of the sums, a column for each place."""
    first, second, deviation, within = sums.sides()
    distance = deviation / first + deviation / second
    logs = []
    for size in SIZES:
        half = size * size / 2
        grown = (1 + first * half) * (1 + second * half)
        information = first / (1 + first * half) + second / (1 + second * half)
        kept = first * second / (grown * information) * distance**2
        logs.append(-0.5 * np.log(grown * information) + _noise_term(noise, within + kept, sums.n[:, None]))
    return _mean_of_exponentials(logs)


def drift_evidence(sums: Sums, noise: NoisePrior, along: Floats) -> Floats:
    """That of a drift; `along` says how far along the history each version is."""
    along = along - (sums.count * along).sum(axis=1, keepdims=True) / sums.n[:, None]
    spread = (sums.count * along**2).sum(axis=1)
    product = (sums.total * along).sum(axis=1)
    logs = [
        -0.5 * np.log(sums.n * (1 + size**2 * spread))
        + _noise_term(noise, sums.squares - product**2 / (spread + 1 / size**2), sums.n)
        for size in SIZES
    ]
    return _mean_of_exponentials(logs)


def no_change_evidence(sums: Sums, noise: NoisePrior) -> Floats:
    """That of one level throughout."""
    logs: Floats = -0.5 * np.log(sums.n) + _noise_term(noise, sums.squares, sums.n)
    return logs


def _noise_term(noise: NoisePrior, residual: Floats, n: Floats) -> Floats:
    """The part of the log marginal likelihood that the residual sum of squares decides, the variance integrated."""
    known = noise.df * noise.sd**2
    logs: Floats = -(noise.df + n - 1) / 2 * np.log(known + residual)
    return logs


def _mean_of_exponentials(logs: Sequence[Floats]) -> Floats:
    """log of the mean of the exponentials of several arrays, place by place."""
    stacked = np.stack(logs)
    largest = stacked.max(axis=0)
    mean_of_them: Floats = largest + np.log(np.exp(stacked - largest).mean(axis=0))
    return mean_of_them
