"""Holm's correction."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from ledger.stats.multiple import holm

P_VALUES = st.lists(st.floats(0, 1), max_size=8)


def test_golden_values() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == approx([0.03, 0.06, 0.06, 0.02])


def test_as_statsmodels_has_them() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005, 0.2, 0.03]) == approx([0.05, 0.12, 0.12, 0.03, 0.2, 0.12])


def test_one_and_none() -> None:
    assert holm([0.04]) == [0.04]
    assert holm([]) == []


@given(P_VALUES)
def test_corrected_values_are_no_smaller_and_keep_their_order(p_values: list[float]) -> None:
    corrected = holm(p_values)
    assert all(p <= c <= 1 for p, c in zip(p_values, corrected, strict=True))
    ranked = [c for _, c in sorted(zip(p_values, corrected, strict=True))]
    assert ranked == sorted(ranked)


@given(P_VALUES)
def test_the_order_given_does_not_matter(p_values: list[float]) -> None:
    assert holm(p_values[::-1]) == holm(p_values)[::-1]


@given(P_VALUES, st.sampled_from([0.01, 0.05, 0.2]))
def test_it_rejects_what_the_procedure_rejects(p_values: list[float], alpha: float) -> None:
    rejected = 0
    for rank, p in enumerate(sorted(p_values)):
        if (len(p_values) - rank) * p > alpha:
            break
        rejected += 1
    assert sum(p <= alpha for p in holm(p_values)) == rejected
