"""Do rows and columns act together? The F test of randomised blocks, against tests that it must agree with."""

from __future__ import annotations

import math
import random

import pytest
from scipy import stats

from ledger.stats.interaction import interaction

CELLS = [[[0.60, 0.62, 0.59], [0.55, 0.58, 0.53]], [[0.63, 0.66, 0.62], [0.50, 0.55, 0.52]]]


def test_two_by_two_is_the_paired_t_test_of_the_difference_of_differences() -> None:
    (a, b), (c, d) = CELLS
    joint = [w - x - y + z for w, x, y, z in zip(a, b, c, d, strict=True)]
    assert interaction(CELLS) == pytest.approx(stats.ttest_1samp(joint, 0).pvalue)


@pytest.mark.parametrize("unit", [2.0**-600, 2.0**600, 2.0**1020])
def test_it_is_the_same_in_any_unit(unit: float) -> None:
    assert interaction([[[value * unit for value in cell] for cell in row] for row in CELLS]) == interaction(CELLS)


def test_three_by_two_by_hand() -> None:
    # mean squares by the textbook: SS of cells less those of rows and columns; the rest less those of the pairs
    cells = [
        [[4.0, 5.0, 7.0], [6.0, 6.0, 9.0]],
        [[5.0, 7.0, 8.0], [8.0, 12.0, 13.0]],
        [[3.0, 5.0, 6.0], [9.0, 11.0, 15.0]],
    ]
    np = pytest.importorskip("numpy")
    x = np.array(cells)
    grand, n = x.mean(), 3
    r, c, s = x.mean((1, 2)), x.mean((0, 2)), x.mean((0, 1))
    rc, rs, cs = x.mean(2), x.mean(1), x.mean(0)
    ss_rc = n * ((rc - r[:, None] - c[None] + grand) ** 2).sum()
    rest = x - rc[:, :, None] - rs[:, None, :] - cs[None] + r[:, None, None] + c[None, :, None] + s[None, None] - grand
    statistic = (ss_rc / 2) / ((rest**2).sum() / 4)
    assert interaction(cells) == pytest.approx(stats.f.sf(statistic, 2, 4))


def test_seeds_may_move_rows_and_columns_as_they_like() -> None:
    moved = [
        [[value + (i + 1) * s * 0.1 - j * s * 0.2 for s, value in enumerate(cell)] for j, cell in enumerate(row)]
        for i, row in enumerate(CELLS)
    ]
    assert interaction(moved) == pytest.approx(interaction(CELLS))


def test_no_interaction_is_found_in_a_twentieth_of_cases() -> None:
    luck = random.Random(3)

    def table() -> list[list[list[float]]]:
        models = [[luck.gauss(0, 0.02) for _ in range(5)] for _ in range(3)]
        return [
            [[0.1 * i - 0.05 * j + models[i][s] + luck.gauss(0, 0.005) for s in range(5)] for j in range(3)]
            for i in range(3)
        ]

    found = [interaction(table()) for _ in range(2000)]
    share = sum(p is not None and p <= 0.05 for p in found) / len(found)
    assert abs(share - 0.05) < 4 * math.sqrt(0.05 * 0.95 / 2000)


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [[]],
        [[[], []], [[], []]],
        [[[0.1, 0.2], [0.3, 0.1]]],
        [[[0.1], [0.2]], [[0.3], [0.5]]],
        [[[0.1, 0.2], [0.2, 0.3]], [[0.3, 0.4], [0.5, 0.6]]],
    ],
)
def test_what_cannot_be_tested(cells: list[list[list[float]]]) -> None:
    assert interaction(cells) is None
