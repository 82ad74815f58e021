"""The margin within which a second run of one thing lies by the noise of its replicates."""

from __future__ import annotations

import math
import random

import pytest

from ledger.stats.noise_within import margin


def test_golden_values() -> None:
    # t(0.975, 4) = 2.776445, s = 1.581139
    assert margin([1, 2, 3, 4, 5]) == pytest.approx(2.776445 * 1.581139 * math.sqrt(2), rel=1e-6)
    assert margin([0.5, 0.5, 0.5]) == 0


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [1.0, 2.0, math.nan], [1.0, math.inf, 2.0]])
def test_no_noise_is_known(values: list[float]) -> None:
    assert margin(values) is None


def test_it_covers_what_it_says() -> None:
    draw = random.Random(7)
    inside = 0
    for _ in range(4000):
        values = [draw.gauss(0, 1) for _ in range(5)]
        inside += abs(draw.gauss(0, 1) - draw.gauss(0, 1)) <= (margin(values) or 0)
    # 0.95, with a standard error of 0.0034
    assert 0.935 < inside / 4000 < 0.965
