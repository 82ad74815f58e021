"""Exact tests by enumeration, which are shown and decide nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx
from scipy import stats

import ledger
from ledger.stats.exact import MAX_PAIRS, MAX_VALUES, TooMany, sign_flip, superiority

MAIZE = (6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75)


def test_darwins_maize_as_fisher_counted_it() -> None:
    assert sign_flip(MAIZE) == 863 / 32768


def test_how_often_one_is_above_the_other() -> None:
    found = superiority([19, 22, 16, 29, 24], [20, 11, 17, 12])
    assert (found.wins, found.pairs, found.share) == (17, 20, 0.85)
    assert found.p_value == approx(0.1111111, abs=5e-8)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_few_pairs_cannot_reach_five_percent(n: int) -> None:
    assert sign_flip([10.0] * n) == 0.5**n > 0.05


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=9))
def test_signs_as_scipy_permutes_them(differences: list[int]) -> None:
    peer = (
        stats.permutation_test(
            (differences,),
            lambda d, axis: d.sum(axis=axis),
            permutation_type="samples",
            alternative="greater",
            n_resamples=1e9,
        )
        if len(differences) > 1
        else None
    )
    expected = (1.0 if differences[0] <= 0 else 0.5) if peer is None else float(peer.pvalue)
    assert sign_flip([d / 10 for d in differences]) == approx(expected)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=14, unique=True), st.data())
def test_superiority_is_scipys_where_there_are_no_ties(values: list[int], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(values) - 1))
    a, b = values[:cut], values[cut:]
    peer = stats.mannwhitneyu(a, b, method="exact")
    found = superiority([x / 7 for x in a], [x / 7 for x in b])
    assert found.wins == peer.statistic
    assert found.p_value == approx(min(1.0, float(peer.pvalue)))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_ties_count_by_half_and_the_sides_are_alike(a: list[int], b: list[int]) -> None:
    found, back = superiority(a, b), superiority(b, a)
    assert found.share + back.share == approx(1)
    assert found.p_value == approx(back.p_value)
    assert 0 < found.p_value <= 1


def test_what_is_all_the_same_tells_nothing() -> None:
    assert superiority([1, 1], [1, 1, 1]).p_value == 1
    assert sign_flip([0.0, 0.0]) == 1


def test_limits() -> None:
    with pytest.raises(TooMany):
        sign_flip([1.0] * (MAX_PAIRS + 1))
    with pytest.raises(TooMany):
        superiority([1.0] * MAX_VALUES, [2.0])
    with pytest.raises(ValueError, match="no differences"):
        sign_flip([])
    with pytest.raises(ValueError, match="no values"):
        superiority([], [1.0])


def test_no_verdict_rests_on_them() -> None:
    judge = (Path(ledger.__file__).parent / "analysis" / "case.py").read_text("utf-8")
    imported = [node.module for node in ast.walk(ast.parse(judge)) if isinstance(node, ast.ImportFrom)]
    assert "ledger.stats.contrast" in imported
    assert "ledger.stats.exact" not in imported
