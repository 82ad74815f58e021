"""The shares of variance by axis: against a two-way analysis of variance written out, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from pytest import approx

from ledger.analysis.variance import of_grid
from ledger.model.formats.replicates import from_mapping
from ledger.model.replicates import Point
from ledger.stats.components import components


def test_two_way_by_hand() -> None:
    # rows 1 2 3, 5 7 6, 6 9 8 : sums of squares 42.889, 5.556, 1.778
    rows = ((1.0, 2.0, 3.0), (5.0, 7.0, 6.0), (6.0, 9.0, 8.0))
    found = components({(i, j): value for i, row in enumerate(rows) for j, value in enumerate(row)}, (0, 1))
    table = np.array(rows)
    grand = table.mean()
    between = 3 * ((table.mean(axis=1) - grand) ** 2).sum() / 2, 3 * ((table.mean(axis=0) - grand) ** 2).sum() / 2
    left = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0, keepdims=True) + grand
    rest = (left**2).sum() / 4
    assert found == approx(((between[0] - rest) / 3, (between[1] - rest) / 3, rest))


def test_on_average_they_are_what_made_the_values() -> None:
    luck = np.random.default_rng(5)
    totals = np.zeros(3)
    for _ in range(4000):
        table = 2.0 * luck.normal(size=(4, 1)) + 1.0 * luck.normal(size=(1, 5)) + 0.5 * luck.normal(size=(4, 5))
        found = components({(i, j): float(table[i, j]) for i in range(4) for j in range(5)}, (0, 1))
        assert found is not None
        totals += found
    assert totals / 4000 == approx((4.0, 1.0, 0.25), rel=0.05)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {(0, 0): 1.0, (0, 1): 2.0},
        {(0, 0): 1.0, (0, 1): 2.0, (1, 0): 3.0},
        {(0, 0): float("nan"), (1, 1): 1.0},
        {(a, b): 1e200 * (a + 2 * b * b) for a in range(3) for b in range(3)},
    ],
    ids=["nothing", "one level", "a hole", "nan", "too large for squares"],
)
def test_no_whole_grid(values: dict[tuple[int, int], float]) -> None:
    assert components({(a, b): value for (a, b), value in values.items()}, (0, 1)) is None


SPLITS = from_mapping({"split": [0, 1, 2], "seed": [0, 1, 2], "kind": "split"})


def grid(axis: str, of_axis: float, of_seed: float) -> dict[Point, float]:
    luck = np.random.default_rng(1)
    rest = luck.normal(0, 0.1, (3, 3))
    return {
        ((axis, i), ("seed", j)): 0.7 + of_axis * (i - 1) + of_seed * (j - 1) + float(rest[i, j])
        for i in range(3)
        for j in range(3)
    }


def test_the_axis_that_needs_more_values_is_named() -> None:
    found = of_grid("m", grid("split", 3.0, 0.3), SPLITS, paired=True)
    assert found is not None and found.more is not None
    assert [name for name, _ in found.shares] == ["split", "seed", "rest"]
    assert sum(share for _, share in found.shares) == approx(1)
    assert (found.more.name, [axis.name for axis in found.less]) == ("split", ["seed"])
    other = of_grid("m", grid("split", 0.3, 3.0), SPLITS, paired=True)
    assert other is not None and other.more is not None and other.more.name == "seed"
    alike = of_grid("m", grid("split", 1.0, 1.0), SPLITS, paired=True)
    assert alike is not None and alike.more is None


def test_reshuffled_folds_have_no_effect_of_their_own() -> None:
    plan = from_mapping({"fold": [0, 1, 2], "seed": [0, 1, 2], "kind": "fold", "reshuffled_by": "seed"})
    found = of_grid("m", grid("fold", 3.0, 0.3), plan, paired=True)
    assert found is not None
    assert [name for name, _ in found.shares] == ["seed", "fold"]
    assert dict(found.shares)["fold"] == approx(1)


def test_what_does_not_vary_has_no_shares() -> None:
    assert of_grid("m", dict.fromkeys(grid("split", 1, 1), 0.5), SPLITS, paired=True) is None
