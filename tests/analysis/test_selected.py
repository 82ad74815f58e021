"""What selection among arms did to the estimate, by hand and by simulation."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from ledger.analysis.selected import best_of, noise, rounded, selected
from ledger.model.replicates import Point
from ledger.stats.maximum import expected_maximum
from ledger.stats.noise_within import within


def values(numbers: Sequence[float], first: int = 0) -> dict[Point, float]:
    return {(("seed", seed),): value for seed, value in enumerate(numbers, first)}


ARMS = {"a": values([0.1, 0.3, 0.2]), "b": values([0.5, 0.7, 0.9]), "c": values([0.3, 0.4, 0.2])}
BASELINE = values([0.2, 0.2, 0.5, 0.9])


def test_the_estimate_less_what_luck_adds() -> None:
    found = selected("m", "higher", "b", ARMS, BASELINE)
    assert (found.among, found.n, found.paired) == (3, 3, True)
    # over the replicates of both
    assert found.baseline == pytest.approx(0.3)
    assert found.estimate == pytest.approx(0.4)
    # residuals of the two-way layout, by hand: a -.0667 .0667 .1111…; their mean square on 4 degrees of freedom
    rows = [list(arm.values()) for arm in ARMS.values()]
    means, columns = [sum(row) / 3 for row in rows], [sum(row[i] for row in rows) / 3 for i in range(3)]
    whole = sum(means) / 3
    rest = sum((rows[j][i] - means[j] - columns[i] + whole) ** 2 for j in range(3) for i in range(3))
    assert found.noise == pytest.approx(math.sqrt(rest / 4))
    luck = 0.8462843753 * math.sqrt(rest / 4) / math.sqrt(3)
    assert found.luck == pytest.approx(luck)
    assert found.shrunken == pytest.approx(0.4 - luck)
    assert found.margin == pytest.approx((0.4 - luck) / 2, rel=5e-3)


def test_where_lower_is_better_all_is_mirrored() -> None:
    flipped = {name: {p: -v for p, v in arm.items()} for name, arm in ARMS.items()}
    found = selected("m", "lower", best_of({"a": -0.2, "b": -0.7, "c": -0.3}, "lower"), flipped,
                     {p: -v for p, v in BASELINE.items()})  # fmt: skip
    plain = selected("m", "higher", best_of({"a": 0.2, "b": 0.7, "c": 0.3}, "higher"), ARMS, BASELINE)
    assert found.shrunken == pytest.approx(-(plain.shrunken or 0.0))
    assert found.margin == plain.margin


def test_one_arm_was_not_selected() -> None:
    found = selected("m", "higher", "b", {"b": ARMS["b"]}, BASELINE)
    assert found.luck == 0.0
    assert found.shrunken == found.estimate
    assert selected("m", "higher", "b", {"b": values([0.7])}, BASELINE).shrunken == pytest.approx(0.5)


def test_what_luck_explains_leaves_no_margin() -> None:
    close = {"a": values([0.0, 1.0]), "b": values([1.1, 0.0])}
    found = selected("m", "higher", "b", close, values([0.5, 0.5]))
    assert (found.shrunken or 0.0) < 0
    assert found.margin == 0.0


def test_nothing_is_said_where_the_noise_or_the_baseline_is_not_known() -> None:
    single = {"a": values([0.1]), "b": values([0.5])}
    assert selected("m", "higher", "b", single, BASELINE).shrunken is None
    found = selected("m", "higher", "b", ARMS, None)
    assert (found.estimate, found.shrunken, found.margin) == (None, None, None)
    assert found.luck is not None


def test_other_replicates_pool_what_varies_within_arms() -> None:
    arms = [values([0.0, 2.0]), values([1.0, 2.0, 3.0], first=5)]
    spread, paired = noise(arms)
    assert not paired
    assert spread == pytest.approx(math.sqrt((2 + 2) / 3))
    assert within(list(arm.values()) for arm in arms).sd == pytest.approx(math.sqrt(4 / 3))
    assert within([[1.0]]).sd is None


@pytest.mark.parametrize("shared", [0.0, 3.0])
def test_what_is_left_of_the_best_of_eight_nulls_is_nothing_on_average(shared: float) -> None:
    draw, k, n, runs = random.Random(3), 8, 5, 3000
    plain = left = 0.0
    for _ in range(runs):
        common = [draw.gauss(0, shared) for _ in range(n)]
        arms = {str(j): values([draw.gauss(c, 1) for c in common]) for j in range(k)}
        baseline = values([draw.gauss(c, 1) for c in common])
        best = best_of({name: sum(arm.values()) / n for name, arm in arms.items()}, "higher")
        found = selected("m", "higher", best, arms, baseline)
        plain, left = plain + (found.estimate or 0.0) / runs, left + (found.shrunken or 0.0) / runs
    # the standard error of both is about 0.012
    assert plain == pytest.approx(expected_maximum(k) / math.sqrt(n), abs=0.04)
    assert left == pytest.approx(0.0, abs=0.04)


@pytest.mark.parametrize(("value", "shown"), [(0.0117, 0.0117), (0.011749, 0.0117), (123456.0, 123000.0), (0.0, 0.0)])
def test_a_margin_has_three_digits(value: float, shown: float) -> None:
    assert rounded(value) == shown
