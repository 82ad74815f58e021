"""Ratios of differences: their intervals against a t test turned round, and against a regression."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy import stats

from ledger.stats import ratio
from ledger.stats.contrast import NoNoise

ABOVE = [0.031, 0.042, 0.028, 0.051, 0.037]
BELOW = [0.079, 0.088, 0.071, 0.095, 0.083]
PART, WHOLE, START = [0.61, 0.63, 0.60, 0.62], [0.63, 0.65, 0.62], [0.55, 0.56, 0.53, 0.55, 0.54]


def test_pairs_are_the_ratios_that_a_t_test_does_not_refuse() -> None:
    found = ratio.of_pairs(ABOVE, BELOW, 0.9)
    assert found.estimate == pytest.approx(np.mean(ABOVE) / np.mean(BELOW))
    assert found.interval is not None
    for bound in found.interval:
        differences = np.array(ABOVE) - bound * np.array(BELOW)
        assert stats.ttest_1samp(differences, 0).pvalue == pytest.approx(0.1, abs=1e-9)
    assert found.interval[0] < found.estimate < found.interval[1]


def test_gains_are_the_ratios_that_a_regression_does_not_refuse() -> None:
    found = ratio.of_gains(PART, WHOLE, START, 0.95)
    assert found.interval is not None
    design = np.zeros((12, 3))
    for column, rows in enumerate([range(4), range(4, 7), range(7, 12)]):
        design[rows, column] = 1
    values = np.array(PART + WHOLE + START)
    levels, (squares,), _, _ = np.linalg.lstsq(design, values, rcond=None)
    covariance = squares / 9 * np.linalg.inv(design.T @ design)
    for bound in found.interval:
        contrast = np.array([1, -bound, bound - 1])
        t = contrast @ levels / np.sqrt(contrast @ covariance @ contrast)
        assert 2 * stats.t.sf(abs(t), 9) == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize("unit", [2.0**-600, 2.0**600, 2.0**1020])
def test_a_ratio_is_the_same_in_any_unit(unit: float) -> None:
    above, below, part, whole, start = (
        [value * unit for value in sample] for sample in (ABOVE, BELOW, PART, WHOLE, START)
    )
    assert ratio.of_pairs(above, below, 0.9) == ratio.of_pairs(ABOVE, BELOW, 0.9)
    assert ratio.of_gains(part, whole, start, 0.9) == ratio.of_gains(PART, WHOLE, START, 0.9)


def test_without_a_gap_a_share_has_no_bounds() -> None:
    found = ratio.of_pairs([0.01, 0.03, 0.02], [0.02, -0.01, 0.01], 0.95)
    assert found.interval is None
    assert ratio.of_gains([0.6, 0.61], [0.6, 0.62], [0.6, 0.63], 0.9).interval is None


def test_the_interval_covers_as_often_as_it_says() -> None:
    luck, runs, held = random.Random(1), 2000, 0

    def sample(level: float, count: int) -> list[float]:
        return [luck.gauss(level, 0.02) for _ in range(count)]

    for _ in range(runs):
        found = ratio.of_gains(sample(0.60, 5), sample(0.63, 6), sample(0.55, 7), 0.9)
        held += found.interval is None or found.interval[0] <= 0.05 / 0.08 <= found.interval[1]
    assert 0.88 <= held / runs <= 0.92


@pytest.mark.parametrize("samples", [([], [0.6], [0.5]), ([0.6], [0.7], [0.5]), ([0.6, 0.6], [0.7, 0.7], [0.5, 0.5])])
def test_no_noise_no_interval(samples: tuple[list[float], list[float], list[float]]) -> None:
    with pytest.raises(NoNoise):
        ratio.of_gains(*samples, 0.9)


def test_one_pair_is_none() -> None:
    with pytest.raises(NoNoise):
        ratio.of_pairs([0.1], [0.2], 0.9)
