"""Expected improvement, beside numerical integration and high precision, far into the tail; and augmented by noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import log_ndtr

from ledger.stats.acquisition import (
    log_augmented_improvement,
    log_expected_improvement,
    log_gain,
    slope_of_log_gain,
    slopes_of_log_augmented_improvement,
)


@pytest.mark.parametrize(("mean", "sd", "best"), [(1.0, 0.5, 1.2), (3.0, 1.0, 1.0), (-2.0, 0.3, 0.0), (0.0, 2.0, 0.0)])
def test_beside_the_integral(mean: float, sd: float, best: float) -> None:
    def weighed(f: float) -> float:
        return (best - f) * math.exp(-(((f - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))

    exact, _ = quad(weighed, mean - 12 * sd, best, epsabs=0, epsrel=1e-10)
    found = log_expected_improvement(np.array([mean]), np.array([sd]), best)
    assert math.exp(found[0]) == pytest.approx(exact, rel=1e-8)


def test_the_tail_goes_on() -> None:
    # φ(z) + zΦ(z) = φ(z)(1/z² − 3/z⁴ + 15/z⁶ − 105/z⁸ + 945/z¹⁰ …) for large −z
    for z in (-30.0, -300.0, -9_999.0, -10_001.0, -1e8):
        series = (
            math.log1p(-3 / z**2 + 15 / z**4 - 105 / z**6 + 945 / z**8)
            - 2 * math.log(-z)
            - z * z / 2
            - math.log(2 * math.pi) / 2
        )
        assert log_gain(np.array([z]))[0] == pytest.approx(series, rel=1e-12)
    ladder = log_gain(np.linspace(-2e4, 5, 50_001))
    assert np.all(np.diff(ladder) > 0)


@pytest.mark.parametrize("z", [-200.0, -5.0, -1.0001, -0.9999, 0.0, 3.0])
def test_its_slope(z: float) -> None:
    low, high = log_gain(np.array([z - 1e-5, z + 1e-5]))
    assert slope_of_log_gain(z) == pytest.approx((high - low) / 2e-5, rel=1e-5)


def test_far_above_it_is_the_distance() -> None:
    assert log_gain(np.array([40.0]))[0] == pytest.approx(math.log(40.0))
    assert float(log_ndtr(40.0)) == pytest.approx(0.0)


@pytest.mark.parametrize(("sd", "noise"), [(0.5, 0.3), (0.01, 2.0), (1.0, 0.0)])
def test_augmented_it_is_worth_the_uncertainty_that_a_trial_takes_away(sd: float, noise: float) -> None:
    (plain,) = log_expected_improvement(np.array([1.0]), np.array([sd]), 1.2)
    (found,) = log_augmented_improvement(np.array([1.0]), np.array([sd]), 1.2, noise)
    assert found - plain == pytest.approx(math.log(1 - noise / math.hypot(sd, noise)), abs=1e-9)


def test_augmented_it_tells_apart_what_is_known_already() -> None:
    # one part in 10¹⁶ of the noise is no longer seen in 1 − τ / √(σ² + τ²) as it stands
    known, better_known = log_augmented_improvement(np.zeros(2), np.array([1e-9, 1e-10]), 0.0, 1.0)
    assert known - better_known == pytest.approx(3 * math.log(10))


@pytest.mark.parametrize(("mean", "sd", "noise"), [(1.0, 0.5, 0.3), (3.0, 0.1, 1.0), (0.0, 0.01, 2.0), (0.5, 1.0, 0.0)])
def test_slopes_of_the_augmented(mean: float, sd: float, noise: float) -> None:
    def at(mean: float, sd: float) -> float:
        return float(log_augmented_improvement(np.array([mean]), np.array([sd]), 0.4, noise)[0])

    by_mean, by_sd = slopes_of_log_augmented_improvement(mean, sd, 0.4, noise)
    assert by_mean == pytest.approx((at(mean + 1e-6, sd) - at(mean - 1e-6, sd)) / 2e-6, rel=1e-5)
    step = 1e-6 * sd
    assert by_sd == pytest.approx((at(mean, sd + step) - at(mean, sd - step)) / (2 * step), rel=1e-5)
