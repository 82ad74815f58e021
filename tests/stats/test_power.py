"""What can be seen with so many replicates: R's figures, the contract's, and how the functions belong together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx
from scipy import stats

from ledger.stats.power import (
    FOLDS,
    PAIRS,
    SIDES,
    PowerDesign,
    detectable,
    noncentrality,
    power,
    power_within,
    replicates_needed,
    sd_interval,
    shown_within,
)


def test_rs_power_t_test() -> None:
    assert power(1, 20, alpha=0.05, design=SIDES, two_sided=True) == approx(0.8689528, abs=5e-8)
    needed = replicates_needed(1, alpha=0.05, design=SIDES, two_sided=True, wanted=0.9)
    assert needed == approx(22.02110, abs=5e-6)


@pytest.mark.parametrize(
    ("n", "of_pairs", "of_sides"), [(3, 2.30, 2.48), (5, 1.36, 1.72), (10, 0.85, 1.16)], ids=["3", "5", "10"]
)
def test_the_smallest_effect_that_is_seen(n: int, of_pairs: float, of_sides: float) -> None:
    assert detectable(n, alpha=0.05) == approx(of_pairs, abs=0.005)
    assert detectable(n, alpha=0.05, design=SIDES) == approx(of_sides, abs=0.005)


@given(st.integers(2, 60), st.sampled_from([0.001, 0.01, 0.05, 0.2]), st.booleans(), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_functions_are_each_others_inverse(n: int, alpha: float, paired: bool, wanted: float) -> None:
    effect = detectable(n, alpha=alpha, design=PAIRS if paired else SIDES, wanted=wanted)
    assert power(effect, n, alpha=alpha, design=PAIRS if paired else SIDES) == approx(wanted, abs=1e-6)
    assert replicates_needed(effect, alpha=alpha, design=PAIRS if paired else SIDES, wanted=wanted) == approx(
        n, rel=1e-5
    )
    df, root = (n - 1, math.sqrt(n)) if paired else (2 * n - 2, math.sqrt(n / 2))
    assert noncentrality(df, alpha=alpha, wanted=wanted) == approx(effect * root)


@given(st.floats(0, 5), st.integers(2, 40), st.booleans())
def test_power_is_that_of_the_noncentral_t(effect: float, n: int, paired: bool) -> None:
    df, shift = (n - 1, effect * math.sqrt(n)) if paired else (2 * n - 2, effect * math.sqrt(n / 2))
    expected = stats.nct.sf(stats.t.isf(0.05, df), df, shift)
    assert power(effect, n, alpha=0.05, design=PAIRS if paired else SIDES) == approx(float(expected), abs=1e-7)


def test_no_effect_is_found_as_often_as_alpha_says() -> None:
    assert power(0, 7, alpha=0.05) == approx(0.05)


def test_overlapping_folds_tell_less() -> None:
    assert power(1.5, 5, alpha=0.05, design=FOLDS) < power(1.5, 5, alpha=0.05)
    effect = noncentrality(4, alpha=0.05) * math.sqrt(1 / 5 + 1 / 4)
    assert replicates_needed(effect, alpha=0.05, design=FOLDS) == approx(5)


def test_two_bounds_need_more_than_the_nearer_one() -> None:
    one = replicates_needed(1, alpha=0.05)
    both = replicates_needed(1, alpha=0.05, other=1)
    assert one is not None and both is not None
    assert both > one
    assert both == approx(replicates_needed(1, alpha=0.05, wanted=0.9), rel=0.01)
    assert replicates_needed(1, alpha=0.05, other=50) == approx(one)


@pytest.mark.parametrize("effect", [0.0, -1.0, 1e-4, math.nan])
def test_effects_that_no_number_of_replicates_finds(effect: float) -> None:
    assert replicates_needed(effect, alpha=0.05) is None


def test_two_replicates_are_the_least() -> None:
    assert replicates_needed(1000, alpha=0.05) == 2


def test_equivalence_takes_both_bounds() -> None:
    # two one-sided tests, sd 0.0447, margin 0.02: 45 pairs
    bound = 0.02 / 0.0447
    needed = replicates_needed(bound, alpha=0.05, other=bound)
    assert needed is not None and math.ceil(needed) == 45
    assert power_within(bound, bound, 45, alpha=0.05) >= 0.8 > power_within(bound, bound, 44, alpha=0.05)
    assert shown_within(45, alpha=0.05) == approx(bound, rel=0.01)


@pytest.mark.parametrize(("n", "above", "below"), [(4, 1.5, 1.5), (5, 1.0, 3.0), (12, 0.9, 0.7), (3, 0.5, 0.5)])
def test_the_power_of_equivalence_by_simulation(n: int, above: float, below: float) -> None:
    luck = np.random.default_rng(7)
    values = luck.normal(0, 1, (200_000, n))
    half = stats.t.ppf(0.95, n - 1) * values.std(axis=1, ddof=1) / math.sqrt(n)
    inside = (values.mean(axis=1) - half >= -above) & (values.mean(axis=1) + half <= below)
    assert power_within(above, below, n, alpha=0.05) == approx(inside.mean(), abs=0.004)


def test_power_of_folds_by_simulation() -> None:
    luck = np.random.default_rng(8)
    folds, times = 5, 3
    share, n = 1 / (folds - 1), folds * times
    # an estimate whose error is as the rule says, and the sd that it is measured by
    means = luck.normal(0.8, math.sqrt(1 / n + share), 200_000)
    sds = np.sqrt(luck.chisquare(n - 1, 200_000) / (n - 1))
    found = means / (sds * math.sqrt(1 / n + share)) >= stats.t.ppf(0.95, n - 1)
    assert power(0.8, times, alpha=0.05, design=PowerDesign(folds=folds)) == approx(found.mean(), abs=0.004)


def test_the_interval_of_a_standard_deviation() -> None:
    low, high = sd_interval(2.0, 4)
    assert (low, high) == approx(
        (2 * math.sqrt(4 / stats.chi2.ppf(0.95, 4)), 2 * math.sqrt(4 / stats.chi2.ppf(0.05, 4)))
    )
    # one degree of freedom says next to nothing
    assert sd_interval(1.0, 1) == approx((0.510, 15.95), abs=0.005)


def test_what_is_seen_of_a_margin() -> None:
    # five pairs, sd 0.0447, margin 0.02: power 0.8 from 0.0808
    assert 0.02 + 0.0447 * detectable(5, alpha=0.05) == approx(0.0808, abs=5e-5)


def test_an_alpha_of_nothing_finds_nothing() -> None:
    assert noncentrality(4, alpha=0) == math.inf
    assert replicates_needed(1, alpha=0) is None
