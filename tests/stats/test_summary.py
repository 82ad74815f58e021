"""Mean and spread over replicates."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from ledger.stats import contrast
from ledger.stats.summary import Summary, pooled, summarise


def test_some_values() -> None:
    assert summarise([1, 2, 3]) == Summary(n=3, mean=2, sd=1)
    assert summarise([2, 4, 4, 4, 5, 5, 7, 9]).sd == approx(math.sqrt(32 / 7))


def test_one_value_has_no_spread() -> None:
    assert summarise([0.5]) == Summary(n=1, mean=0.5, sd=None)


def test_none() -> None:
    assert summarise([]) == Summary(n=0, mean=None, sd=None)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_left_out_and_counted(bad: float) -> None:
    assert summarise([1.0, bad, 3.0, 2.0]) == Summary(n=3, mean=2.0, sd=1.0, left_out=1)
    assert summarise([bad]) == Summary(n=0, mean=None, sd=None, left_out=1)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_as_the_standard_library_has_it(values: list[float]) -> None:
    found = summarise(iter(values))
    assert found.mean == approx(statistics.fmean(values), abs=1e-9)
    assert found.sd == approx(statistics.stdev(values), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("unit", [1e-300, 1e-200, 1e200, 1e307])
def test_metrics_that_exploded(unit: float) -> None:
    found = summarise([unit, 2 * unit, 3 * unit])
    assert found.mean == approx(2 * unit)
    assert found.sd == approx(unit)


def test_the_mean_of_equal_numbers_is_that_number() -> None:
    for value in (0.1, 1 / 3, 1e-310, 1.7e308, 2**53 + 1):
        for n in range(1, 12):
            found = summarise([value] * n)
            assert found.mean == value and found.sd in (None, 0.0)
    assert contrast.mean([0.1] * 10) == 0.1


@pytest.mark.parametrize("value", [0.1, 0.7, 1 / 3, 5e-324, 1e-310, 1e308, 1.7e308])
def test_groups_that_have_one_mean_have_it_together(value: float) -> None:
    for n in range(1, 8):
        alone = pooled([summarise([value])] * n)
        assert (alone.mean, alone.sd) == (value, None if n == 1 else 0.0)
        noisy = [Summary(n=count, mean=value, sd=value / 10) for count in (3, n)]
        assert pooled(noisy).mean == value


@given(st.lists(st.floats(-1e308, 1e308) | st.floats(-1e-310, 1e-310), min_size=2, max_size=6))
def test_in_whatever_groups_values_come_their_mean_is_the_same(values: list[float]) -> None:
    assert pooled([summarise([value]) for value in values]).mean == summarise(values).mean
