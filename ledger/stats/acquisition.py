"""How much better than the best so far something is expected to be.

The best so far is what the model believes of what was tried, never a value with its noise. The logarithm has a slope
where the improvement itself is too small for a number (Ament et al. 2023, "Unexpected improvements to expected
improvement for Bayesian optimization").

Beside what was tried often enough an improvement is still expected that one more noisy trial would not show. The
augmented expected improvement weighs it by how much of its uncertainty a trial takes away (Huang, Allen, Notz & Zeng
2006, "Global optimization of stochastic black-box systems via sequential kriging meta-models").
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import erfcx, log_ndtr, ndtr

Array = npt.NDArray[np.float64]

_LOG_ROOT_TWO_PI = math.log(2 * math.pi) / 2
# from here on 1 − x is as good as its leading term
_FAR = -1e4


def log_expected_improvement(mean: Array, sd: Array, best: float) -> Array:
    """log E[max(best − f, 0)] for normal f of these moments: lower is better."""
    return np.asarray(log_gain((best - mean) / sd) + np.log(sd))


def log_augmented_improvement(mean: Array, sd: Array, best: float, noise: float) -> Array:
    """The logarithm of the expected improvement times 1 − τ / √(σ² + τ²): σ is `sd`, τ is `noise`, the standard
    deviation of what the next trial is measured with.
    """
    root = np.hypot(sd, noise)
    # so written, it is exact where σ is small beside τ
    return np.asarray(log_expected_improvement(mean, sd, best) + 2 * np.log(sd) - np.log(root) - np.log(root + noise))


def slopes_of_log_augmented_improvement(mean: float, sd: float, best: float, noise: float) -> tuple[float, float]:
    """Its derivatives, by the mean and by the standard deviation."""
    z = (best - mean) / sd
    steep, root = slope_of_log_gain(z) / sd, math.hypot(sd, noise)
    return -steep, 1 / sd - z * steep + 2 / sd - sd / root**2 - sd / (root * (root + noise))


def log_gain(z: Array) -> Array:
    """log(φ(z) + z Φ(z)), for any z, however far below 0."""
    found = np.empty_like(z)
    near, below = z > -1, z <= _FAR
    x = z[near]
    found[near] = np.log(np.exp(-x * x / 2 - _LOG_ROOT_TWO_PI) + x * ndtr(x))
    x = z[~near & ~below]
    left = np.log1p(math.sqrt(math.pi / 2) * x * erfcx(-x / math.sqrt(2)))
    found[~near & ~below] = left - x * x / 2 - _LOG_ROOT_TWO_PI
    x = z[below]
    found[below] = -2 * np.log(-x) - x * x / 2 - _LOG_ROOT_TWO_PI
    return found


def slope_of_log_gain(z: float) -> float:
    """The derivative of `log_gain`."""
    return math.exp(float(log_ndtr(z)) - float(log_gain(np.array([z]))[0]))
