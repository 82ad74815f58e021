"""What can be seen with so many replicates: R's figures, the contract's, and how the functions belong together."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx
from scipy import stats

from ledger.stats.power import detectable, noncentrality, power, replicates_needed

fast = settings(derandomize=True, deadline=None, max_examples=50)


def test_rs_power_t_test() -> None:
    assert power(1, 20, alpha=0.05, paired=False, two_sided=True) == approx(0.8689528, abs=5e-8)
    needed = replicates_needed(1, alpha=0.05, paired=False, two_sided=True, wanted=0.9)
    assert needed == approx(22.02110, abs=5e-6)


@pytest.mark.parametrize(
    ("n", "of_pairs", "of_sides"), [(3, 2.30, 2.48), (5, 1.36, 1.72), (10, 0.85, 1.16)], ids=["3", "5", "10"]
)
def test_the_smallest_effect_that_is_seen(n: int, of_pairs: float, of_sides: float) -> None:
    assert detectable(n, alpha=0.05, paired=True) == approx(of_pairs, abs=0.005)
    assert detectable(n, alpha=0.05, paired=False) == approx(of_sides, abs=0.005)


@fast
@given(st.integers(2, 60), st.sampled_from([0.001, 0.01, 0.05, 0.2]), st.booleans(), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_functions_are_each_others_inverse(n: int, alpha: float, paired: bool, wanted: float) -> None:
    effect = detectable(n, alpha=alpha, paired=paired, wanted=wanted)
    assert power(effect, n, alpha=alpha, paired=paired) == approx(wanted, abs=1e-6)
    assert replicates_needed(effect, alpha=alpha, paired=paired, wanted=wanted) == approx(n, rel=1e-5)
    df, root = (n - 1, math.sqrt(n)) if paired else (2 * n - 2, math.sqrt(n / 2))
    assert noncentrality(df, alpha=alpha, wanted=wanted) == approx(effect * root)


@fast
@given(st.floats(0, 5), st.integers(2, 40), st.booleans())
def test_power_is_that_of_the_noncentral_t(effect: float, n: int, paired: bool) -> None:
    df, shift = (n - 1, effect * math.sqrt(n)) if paired else (2 * n - 2, effect * math.sqrt(n / 2))
    expected = stats.nct.sf(stats.t.isf(0.05, df), df, shift)
    assert power(effect, n, alpha=0.05, paired=paired) == approx(float(expected), abs=1e-7)


def test_no_effect_is_found_as_often_as_alpha_says() -> None:
    assert power(0, 7, alpha=0.05, paired=True) == approx(0.05)


def test_overlapping_folds_tell_less() -> None:
    assert power(1.5, 5, alpha=0.05, paired=True, folds=True) < power(1.5, 5, alpha=0.05, paired=True)
    effect = noncentrality(4, alpha=0.05) * math.sqrt(1 / 5 + 1 / 4)
    assert replicates_needed(effect, alpha=0.05, paired=True, folds=True) == approx(5)


def test_two_bounds_need_more_than_the_nearer_one() -> None:
    one = replicates_needed(1, alpha=0.05, paired=True)
    both = replicates_needed(1, alpha=0.05, paired=True, other=1)
    assert one is not None and both is not None
    assert both > one
    assert both == approx(replicates_needed(1, alpha=0.05, paired=True, wanted=0.9))
    assert replicates_needed(1, alpha=0.05, paired=True, other=50) == approx(one)


@pytest.mark.parametrize("effect", [0.0, -1.0, 1e-4, math.nan])
def test_effects_that_no_number_of_replicates_finds(effect: float) -> None:
    assert replicates_needed(effect, alpha=0.05, paired=True) is None


def test_two_replicates_are_the_least() -> None:
    assert replicates_needed(1000, alpha=0.05, paired=True) == 2


def test_an_alpha_of_nothing_finds_nothing() -> None:
    assert noncentrality(4, alpha=0) == math.inf
    assert replicates_needed(1, alpha=0, paired=True) is None
