"""Is the drop real, how much of it is the evaluation, and how much does an addition explain."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy import stats

from ledger.analysis.bisection.ends import BAD, GOOD, Values, change, explained, on_fixed_evaluation


def arm(*values: float, first: int = 0) -> Values:
    return {(("seed", seed),): value for seed, value in enumerate(values, first)}


GOOD_END = arm(0.63, 0.65, 0.62, 0.64, 0.66)
BAD_END = arm(0.55, 0.58, 0.53, 0.55, 0.56)


def test_ends_with_the_same_seeds_are_paired() -> None:
    found = change(GOOD_END, BAD_END)
    assert found is not None and found.contrast is not None and found.interval is not None
    expected = stats.ttest_rel(list(BAD_END.values()), list(GOOD_END.values()))
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.interval == pytest.approx(tuple(expected.confidence_interval(0.9)))
    assert found.p_worse(1) == pytest.approx(expected.pvalue / 2)
    assert found.p_worse(-1) == pytest.approx(1 - expected.pvalue / 2)


def test_only_seeds_of_both_ends_are_paired() -> None:
    assert change({**GOOD_END, **arm(0.1, first=9)}, BAD_END) == change(GOOD_END, BAD_END)


def test_ends_without_common_seeds_are_compared_unpaired() -> None:
    found = change(arm(0.63, 0.65, 0.62), arm(0.55, 0.58, first=7))
    assert found is not None
    assert found.p_value == pytest.approx(stats.ttest_ind([0.55, 0.58], [0.63, 0.65, 0.62], equal_var=False).pvalue)


def test_without_noise_there_is_a_number_and_no_interval() -> None:
    found = change(arm(0.63), arm(0.55))
    assert found is not None
    assert found.difference == pytest.approx(-0.08)
    assert found.interval is None and found.p_value is None
    assert change({}, arm(0.5)) is None


def test_the_share_that_a_fixed_set_leaves() -> None:
    # the newer set is harder by 0.06, the newer model worse by 0.02
    luck = random.Random(3)
    seeds = [luck.gauss(0, 0.01) for _ in range(6)]
    cells = {
        (model, on): arm(*(0.63 - drop + seed + luck.gauss(0, 0.002) for seed in seeds))
        for model, on, drop in [(GOOD, GOOD, 0), (GOOD, BAD, 0.06), (BAD, GOOD, 0.02), (BAD, BAD, 0.08)]
    }
    found = on_fixed_evaluation(("data/test",), cells, at_bad=True)
    assert found is not None and found.share is not None and found.share.interval is not None
    assert found.whole.difference == pytest.approx(-0.08, abs=0.003)
    assert found.fixed.difference == pytest.approx(-0.02, abs=0.003)
    assert found.share.interval[0] < 0.25 < found.share.interval[1] < 0.3
    # the bounds are those shares that a paired t test does not refuse
    fixed, whole = (
        np.array([cells[BAD, BAD][point] - cells[GOOD, on][point] for point in cells[BAD, BAD]]) for on in (BAD, GOOD)
    )
    for bound in found.share.interval:
        assert stats.ttest_1samp(fixed - bound * whole, 0).pvalue == pytest.approx(0.1, abs=1e-9)
    other = on_fixed_evaluation(("data/test",), cells, at_bad=False)
    assert other is not None and other.other == found.fixed and other.fixed == found.other


def test_no_share_where_an_arm_is_missing() -> None:
    cells = {(GOOD, GOOD): GOOD_END, (BAD, BAD): BAD_END}
    assert on_fixed_evaluation(("data/test",), cells, at_bad=True) is None
    moved = {**cells, (GOOD, BAD): arm(0.6)}
    found = on_fixed_evaluation(("data/test",), moved, at_bad=True)
    assert found is not None and found.share is None and found.other is None


def test_what_an_addition_explains() -> None:
    found = explained(without=arm(0.61, 0.63, 0.62, first=100), good=GOOD_END, bad=BAD_END)
    assert found is not None and found.interval is not None
    assert found.estimate == pytest.approx((0.62 - 0.554) / (0.64 - 0.554))
    assert found.interval[0] < found.estimate < found.interval[1]
    assert explained(without=arm(0.6), good=arm(0.6), bad=arm(0.5)) is None
