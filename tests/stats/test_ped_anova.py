"""PED-ANOVA by hand, on data whose truth is known, and how often it calls important what is nothing."""

from __future__ import annotations

import numpy as np
import pytest

from ledger.stats.multiple import holm
from ledger.stats.ped_anova import Divergence, Levels, best, divergences, importances, kernels


def column(values: list[float], *, ordered: bool = True) -> Levels:
    levels = {value: at for at, value in enumerate(sorted(set(values)))}
    return Levels(levels=tuple(levels[value] for value in values), ordered=ordered)


def told(columns: list[Levels], values: list[float], *, higher: bool = True, **given: int) -> tuple[Divergence, ...]:
    return importances(columns, values, share=0.25, higher=higher, **{"permutations": 199, "resamples": 50} | given)


def test_the_best_share_and_what_ties_at_its_edge() -> None:
    assert best(np.array([1.0, 4.0, 2.0, 3.0]), 0.5, higher=True).tolist() == [0, 1, 0, 1]
    assert best(np.array([1.0, 4.0, 2.0, 3.0]), 0.5, higher=False).tolist() == [1, 0, 1, 0]
    tied = best(np.array([1.0, 1.0, 1.0, 5.0, 0.0, 0.0, 0.0, 0.0]), 0.25, higher=True)
    assert tied.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1, 0, 0, 0, 0])


def test_the_divergence_of_choices_by_hand() -> None:
    # three of the best four have the first value, of all eight half: (3/4 / 1/2 - 1)² / 2 + (1/4 / 1/2 - 1)² / 2
    kernel = kernels(column([0, 0, 0, 1, 0, 1, 1, 1], ordered=False))
    top = np.array([[1.0, 1, 1, 1, 0, 0, 0, 0]])
    assert divergences(kernel, top, np.ones((1, 8)))[0] == pytest.approx(0.25)


def test_densities_of_numbers_are_densities_and_know_no_scale() -> None:
    values = [10.0**k for k in range(-4, 6)]
    kernel = kernels(column(values)).whole
    assert kernel.sum(axis=1) == pytest.approx(np.ones(10))
    assert np.array_equal(kernel, kernels(column(list(range(10)))).whole)
    lacking = kernels(Levels(levels=(0, 1, 2, -1), ordered=True)).whole
    assert lacking[3].tolist() == [0.0] * 20 + [1.0]
    assert lacking[:3, -1].tolist() == [0.0] * 3


def test_few_levels_are_summed_and_many_are_not_to_the_same_end() -> None:
    luck = np.random.default_rng(6)
    weights = luck.random((3, 60))
    for levels in (4, 60):
        kernel = kernels(column(luck.integers(0, levels, 60).tolist()))
        by_hand = weights @ kernel.whole / weights.sum(axis=1, keepdims=True)
        whole = kernel.whole.mean(axis=0)
        expected = (whole * (by_hand / whole - 1) ** 2).sum(axis=1)
        assert divergences(kernel, weights, np.ones((1, 60))) == pytest.approx(expected)


def test_what_decides_is_important_and_the_rest_is_not() -> None:
    luck = np.random.default_rng(2)
    rate, other, choice = luck.random(80), luck.random(80), luck.integers(0, 3, 80)
    loss = 5 * (rate - 0.6) ** 2 + 0.8 * (choice != 1) + luck.normal(0, 0.1, 80)
    columns = [column(rate.tolist()), column(other.tolist()), column(choice.tolist(), ordered=False)]
    found = told(columns, loss.tolist(), higher=False)
    assert [one.p_value <= 0.01 for one in found] == [True, False, True]
    assert sum(one.share for one in found) == pytest.approx(1.0)
    assert found[1].share < 0.05
    for one in found:
        assert 0 <= one.interval[0] <= one.share <= one.interval[1] <= 1
    # the same loss as a score
    assert told(columns, (-loss).tolist(), higher=True) == found
    assert told(columns, loss.tolist(), higher=False, seed=1) != found


def test_a_parameter_that_some_configurations_lack() -> None:
    luck = np.random.default_rng(3)
    has = luck.random(60) < 0.5
    levels = tuple(int(level) if there else -1 for level, there in zip(luck.integers(0, 5, 60), has, strict=True))
    values = (has + luck.normal(0, 0.2, 60)).tolist()
    (found,) = told([Levels(levels=levels, ordered=True)], values)
    assert found.p_value <= 0.01


@pytest.mark.parametrize("ordered", [True, False])
def test_what_has_no_effect_is_called_important_in_at_most_one_of_twenty(ordered: bool) -> None:
    # `benchmarks/importances.py` has more and other spaces; the standard error here is 1.5%
    luck, called, runs = np.random.default_rng(4), 0, 200
    for run in range(runs):
        strong, none = luck.integers(0, 4, 32), luck.integers(0, 4, 32)
        values = (strong + luck.normal(0, 0.5, 32)).tolist()
        columns = [column(one.tolist(), ordered=ordered) for one in (strong, none)]
        found = told(columns, values, resamples=2, seed=run)
        called += holm([one.p_value for one in found])[1] <= 0.05
    assert called / runs <= 0.05 + 2 * (0.05 * 0.95 / runs) ** 0.5


def test_many_configurations_are_weighed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    luck = np.random.default_rng(5)
    columns, values = [column(luck.random(40).tolist())], luck.random(40).tolist()
    whole = told(columns, values)
    monkeypatch.setattr("ledger.stats.ped_anova._CELLS", 40 * 7)
    in_parts = told(columns, values)
    assert in_parts[0].p_value == pytest.approx(whole[0].p_value, abs=0.1)
