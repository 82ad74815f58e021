"""A Gaussian process over the unit cube: what is believed of a function of which means are known, with their noise.

scikit-learn has the model: an unknown constant, a Matérn 5/2 kernel with a scale and a length for each column, and the
noise of one trial divided by the trials that each mean is of. The means are brought to variance 1, and the constant to
be as uncertain as that: what was tried last lies where values are good, and their average says little of elsewhere. The
other hyperparameters are the most probable ones. Believed of their logarithms before, each normal:

- lengths: around log(√d / 3) in d columns, sd 0.7. That they grow with √d is what makes many dimensions possible
  (Hvarfner, Hellsten & Nardi 2024, "Vanilla Bayesian optimization performs great in high dimensions");
- the scale: around 0, sd 1; the noise: around −5, sd 1. What the replicates of configurations say of the noise stands
  beside it as in the likelihood of all trials, −(df log σ² + SS/σ²)/2: of normal trials, their means and these squares
  say all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, solve_triangular
from scipy.optimize import minimize
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from ledger.model.frozen import frozen
from ledger.stats.noise_within import Within

Array = npt.NDArray[np.float64]

_LENGTH_MODE: Final = -math.log(3)
_LENGTH_SD: Final = 0.7
_NOISE_MODE: Final = -5.0
_NOISE_SD: Final = 1.0
# the variance of the constant
_LEVEL: Final = 1.0
# of the scale, each length and the noise. scikit-learn, which warns at its own bounds, has none
_BOUNDS: Final = ((1e-2, 1e2), (1e-2, 1e2), (1e-6, 1e1))
_UNBOUNDED: Final = (1e-300, 1e300)
# beside the noise, so that two equal rows never make the matrix singular
_JITTER: Final = 1e-8
_SHORT: Final = 0.4
# more precisely than this nobody knows a length
_SEARCH: Final = {"maxiter": 60, "ftol": 1e-6, "gtol": 1e-3}

Objective = Callable[[Array], tuple[float, Array]]


@frozen
class Surface:
    """What is believed of the function itself, without the noise of its trials; in the units that were given.

    `points`: rows in the unit cube. `noise`: the variance of one trial in units of `unit`², as `scale` is that of the
    function. `factor`: of the covariance of the means at the points, `weights`: that matrix's inverse times the means.
    """

    points: Array
    means: Array
    noises: Array
    lengths: Array
    scale: float
    noise: float
    shift: float
    unit: float
    factor: Array
    weights: Array

    @property
    def trial_sd(self) -> float:
        """The standard deviation of one trial about the function."""
        return self.unit * math.sqrt(self.noise)

    def believed(self, at: Array) -> tuple[Array, Array]:
        """The mean and the standard deviation at each row."""
        cross = _kernel(at, self.points, self.lengths, self.scale)
        solved = solve_triangular(self.factor, cross.T, lower=True, check_finite=False)
        variance = np.maximum(self.scale + _LEVEL - np.einsum("ij,ij->j", solved, solved), 1e-12 * self.scale)
        return self.shift + self.unit * (cross @ self.weights), self.unit * np.sqrt(variance)

    def slopes(self, at: Array) -> tuple[float, float, Array, Array]:
        """The mean and the standard deviation at one row, and the gradient of each."""
        apart = (at - self.points) / self.lengths
        root = math.sqrt(5) * np.sqrt((apart**2).sum(axis=1))
        fall = self.scale * np.exp(-root)
        cross = _LEVEL + fall * (1 + root + root**2 / 3)
        turn = -(fall * (1 + root) * (5 / 3))[:, np.newaxis] * apart / self.lengths
        solved = cho_solve((self.factor, True), cross, check_finite=False)
        sd = math.sqrt(max(self.scale + _LEVEL - float(cross @ solved), 1e-12 * self.scale))
        mean = self.shift + self.unit * float(cross @ self.weights)
        return mean, self.unit * sd, self.unit * (self.weights @ turn), -self.unit * (solved @ turn) / sd

    def imagined(self, at: Array) -> Surface:
        """The same, were the means that it believes at these rows measured by one trial each (the kriging believer)."""
        return _conditioned(
            points=np.vstack([self.points, at]),
            means=np.concatenate([self.means, (self.believed(at)[0] - self.shift) / self.unit]),
            noises=np.concatenate([self.noises, np.full(len(at), self.noise)]),
            like=(self.lengths, self.scale, self.noise, self.shift, self.unit),
        )


def fit(points: Array, values: Sequence[float], counts: Sequence[float], within: Within) -> Surface:
    """The most probable surface of means `values` at rows of `points`, each of this many trials (`counts`)."""
    known = np.asarray(values, dtype=float)
    shift, unit = float(known.mean()), float(known.std()) or 1.0
    means, shares = (known - shift) / unit, 1 / np.asarray(counts, dtype=float)
    columns = points.shape[1]
    length = _LENGTH_MODE + math.log(columns) / 2
    kernel = ConstantKernel(1.0, _UNBOUNDED) * Matern(np.full(columns, math.exp(length)), _UNBOUNDED, nu=2.5)
    kernel += ConstantKernel(_LEVEL, "fixed") + _NoiseOfMeans(math.exp(_NOISE_MODE), shares=shares)
    belief = _Belief(length, within.df, within.squares / unit**2)
    model = GaussianProcessRegressor(kernel, alpha=_JITTER, optimizer=belief.most_probable).fit(points, means)
    scale, *lengths, noise = np.exp(model.kernel_.theta)
    like = (np.array(lengths), float(scale), float(noise), shift, unit)
    return _conditioned(points=points, means=means, noises=noise * shares + _JITTER, like=like)


class _NoiseOfMeans(WhiteKernel):  # type: ignore[misc]
    """The noise of one trial on the diagonal, times the share that a mean has of it."""

    def __init__(
        self, noise_level: float = 1.0, noise_level_bounds: Any = _UNBOUNDED, shares: Array | None = None
    ) -> None:
        super().__init__(noise_level, noise_level_bounds)
        self.shares = shares

    def __call__(self, X: Array, Y: Array | None = None, eval_gradient: bool = False) -> Any:
        if Y is not None or self.shares is None:
            return super().__call__(X, Y, eval_gradient)
        noise = np.diag(self.noise_level * self.shares)
        return (noise, noise[:, :, np.newaxis]) if eval_gradient else noise


class _Belief:
    """What was believed before, as a penalty on the logarithms: of the scale, each length, the noise of one trial."""

    def __init__(self, length: float, df: float, squares: float) -> None:
        self._length, self._df, self._squares = length, df, squares

    def most_probable(self, objective: Objective, initial: Array, bounds: Array) -> tuple[Array, float]:
        """The end of the better of two climbs: from what was believed, and from a surface that bends more.

        scikit-learn calls it, with `bounds` that are none.
        """

        def penalised(theta: Array) -> tuple[float, Array]:
            unlikely, slope = objective(theta)
            if not math.isfinite(unlikely):
                return 1e25, np.zeros_like(theta)
            penalty, its_slope = self.penalty(theta)
            return float(unlikely) + penalty, slope + its_slope

        first, rest, last = np.log(_BOUNDS)
        inside = [first, *([rest] * (len(initial) - 2)), last]
        short = np.concatenate([initial[:1], np.full(len(initial) - 2, math.log(_SHORT)), initial[-1:]])
        starts = (initial, short)
        ends = [minimize(penalised, s, jac=True, method="L-BFGS-B", bounds=inside, options=_SEARCH) for s in starts]
        best = min(ends, key=lambda end: float(end.fun))
        return best.x, float(best.fun)

    def penalty(self, theta: Array) -> tuple[float, Array]:
        """Minus the logarithm of the density, and its gradient."""
        off = np.concatenate(
            [theta[:1], (theta[1:-1] - self._length) / _LENGTH_SD, (theta[-1:] - _NOISE_MODE) / _NOISE_SD]
        )
        slope = off / np.concatenate([[1.0], np.full(len(theta) - 2, _LENGTH_SD), [_NOISE_SD]])
        ratio = self._squares * math.exp(-theta[-1])
        slope[-1] += (self._df - ratio) / 2
        return float(off @ off + self._df * theta[-1] + ratio) / 2, slope


def _conditioned(
    *, points: Array, means: Array, noises: Array, like: tuple[Array, float, float, float, float]
) -> Surface:
    lengths, scale, noise, shift, unit = like
    factor: Array = np.linalg.cholesky(_kernel(points, points, lengths, scale) + np.diag(noises)).astype(np.float64)
    return Surface(
        points=points,
        means=means,
        noises=noises,
        lengths=lengths,
        scale=scale,
        noise=noise,
        shift=shift,
        unit=unit,
        factor=factor,
        weights=cho_solve((factor, True), means),
    )


def _kernel(at: Array, points: Array, lengths: Array, scale: float) -> Array:
    a, b = at / lengths, points / lengths
    squared = np.maximum((a**2).sum(axis=1)[:, np.newaxis] + (b**2).sum(axis=1) - 2 * a @ b.T, 0.0)
    root = math.sqrt(5) * np.sqrt(squared)
    return np.asarray(_LEVEL + scale * np.exp(-root) * (1 + root + root**2 / 3))
