"""The surface: its moments beside the formulas, its slopes beside differences, and what replicates say of the noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import gamma, kv

from ledger.stats.gaussian_process import Surface, _Belief, fit
from ledger.stats.noise_within import Within, within

LUCK = np.random.default_rng(3)
POINTS = LUCK.random((14, 2))
VALUES = [float(math.sin(5 * x) + y + 0.05 * e) for (x, y), e in zip(POINTS, LUCK.standard_normal(14), strict=True)]
FITTED = fit(POINTS, VALUES, [1] * 14, Within())


def matern(distance: float, nu: float) -> float:
    """The kernel by its definition with the Bessel function."""
    scaled = math.sqrt(2 * nu) * distance
    return 1.0 if scaled == 0 else float(2 ** (1 - nu) / gamma(nu) * scaled**nu * kv(nu, scaled))


def covariance(surface: Surface, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Between two sets of rows."""
    return 1.0 + surface.scale * np.array(
        [[matern(float(np.linalg.norm((x - y) / surface.lengths)), 2.5) for y in b] for x in a]
    )


def test_moments_are_those_of_the_conditional_normal() -> None:
    at = np.array([[0.2, 0.7], [0.9, 0.1], [2.0, -1.0]])
    inside = covariance(FITTED, POINTS, POINTS) + np.diag(FITTED.noises)
    cross = covariance(FITTED, at, POINTS)
    means = (np.array(VALUES) - np.mean(VALUES)) / np.std(VALUES)
    mean, sd = FITTED.believed(at)
    assert mean == pytest.approx(np.mean(VALUES) + np.std(VALUES) * cross @ np.linalg.solve(inside, means))
    left = 1.0 + FITTED.scale - np.diag(cross @ np.linalg.solve(inside, cross.T))
    assert sd == pytest.approx(np.std(VALUES) * np.sqrt(left))


@pytest.mark.parametrize("at", [[0.3, 0.4], [0.99, 0.02], list(POINTS[3] + 1e-3)])
def test_slopes_are_limits_of_differences(at: list[float]) -> None:
    here = np.array(at)
    mean, sd, mean_slope, sd_slope = FITTED.slopes(here)
    believed = FITTED.believed(here[np.newaxis])
    assert (mean, sd) == pytest.approx((believed[0][0], believed[1][0]))
    for column in range(2):
        step = np.zeros(2)
        step[column] = 1e-6
        means, sds = FITTED.believed(np.array([here - step, here + step]))
        assert mean_slope[column] == pytest.approx((means[1] - means[0]) / 2e-6, rel=1e-4, abs=1e-5)
        assert sd_slope[column] == pytest.approx((sds[1] - sds[0]) / 2e-6, rel=1e-3, abs=1e-5)


def test_what_is_imagined_changes_no_mean_and_is_known_better() -> None:
    at = np.array([[0.5, 0.95]])
    then = FITTED.imagined(at)
    assert then.believed(POINTS)[0] == pytest.approx(FITTED.believed(POINTS)[0], abs=1e-6)
    assert then.believed(at)[1][0] < FITTED.believed(at)[1][0]


def test_replicates_say_how_large_the_noise_is() -> None:
    # what the same values mean depends on whether repeating them gives the same
    alike = fit(POINTS, VALUES, [3] * 14, within([[0.0, 0.001, -0.001]] * 14))
    apart = fit(POINTS, VALUES, [3] * 14, within([[0.0, 0.8, -0.8]] * 14))
    assert alike.trial_sd < 0.02
    assert 0.6 < apart.trial_sd < 0.9


def test_a_mean_of_many_trials_is_held_to_more_closely() -> None:
    counts = [1] * 14
    one = fit(POINTS, VALUES, counts, Within(squares=28 * 0.25, df=28))
    counts[5] = 100
    many = fit(POINTS, VALUES, counts, Within(squares=28 * 0.25, df=28))
    off = [abs(each.believed(POINTS[5:6])[0][0] - VALUES[5]) for each in (one, many)]
    assert off[1] < off[0] / 2


def test_the_penalty_has_its_slope() -> None:
    belief = _Belief(0.3, 7.0, 2.5)
    theta = np.array([0.4, -1.0, 0.7, -2.0])
    _, slope = belief.penalty(theta)
    for n in range(4):
        step = np.zeros(4)
        step[n] = 1e-6
        assert slope[n] == pytest.approx(
            (belief.penalty(theta + step)[0] - belief.penalty(theta - step)[0]) / 2e-6, rel=1e-6
        )


def test_equal_values_are_a_flat_surface() -> None:
    flat = fit(POINTS, [2.0] * 14, [1] * 14, Within())
    mean, sd = flat.believed(np.array([[0.1, 0.1]]))
    assert mean[0] == pytest.approx(2.0)
    assert np.isfinite(sd[0])


def test_the_same_row_twice_is_no_singular_matrix() -> None:
    twice = np.vstack([POINTS[:4], POINTS[:4]])
    surface = fit(twice, [1.0, 2.0, 0.0, 3.0, 1.0, 2.0, 0.0, 3.0], [1] * 8, Within())
    assert surface.believed(twice)[0] == pytest.approx([1.0, 2.0, 0.0, 3.0] * 2, abs=0.5)


def test_noise_within_groups() -> None:
    found = within([(1.0, 3.0), (5.0,), (), (2.0, 4.0, 6.0)])
    assert (found.squares, found.df) == (10.0, 3)
    assert found.sd == pytest.approx(math.sqrt(10 / 3))
    assert within([(1.0,)]).sd is None
