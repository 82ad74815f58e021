"""Seeds and cases crossed: the golden value, an analysis of variance written out, and what has no noise."""

from __future__ import annotations

import numpy as np
import pytest
from pytest import approx
from scipy import stats

from ledger.stats.cases import CROSSED, clustered, crossed, grid
from ledger.stats.components import components
from ledger.stats.contrast import NoNoise, NoVariation, one_sample

GOLDEN = ((1, 0, 0, 1, 0, 0, 1, 0), (1, 0, -1, 1, 0, 0, 0, 0), (0, 0, 0, 1, 0, 1, 1, -1))


def test_the_golden_value() -> None:
    found = crossed(grid(GOLDEN))
    contrast = found.contrast
    assert (contrast.test, contrast.n, found.seeds, found.cases) == (CROSSED, 3, 3, 8)
    assert contrast.estimate == approx(0.25)
    assert contrast.error == approx(0.16366, abs=5e-6)
    assert contrast.df == approx(52.898, abs=5e-4)
    assert contrast.interval(0.9) == approx((-0.0240, 0.5240), abs=5e-5)
    assert one_sample([sum(row) / 8 for row in GOLDEN]).interval(0.9) == approx((0.0393, 0.4607), abs=5e-5)


def test_against_another_analysis_of_variance() -> None:
    luck = np.random.default_rng(3)
    rows = 1 + luck.normal(size=(4, 1)) + 2 * luck.normal(size=(1, 11)) + luck.normal(size=(4, 11))
    found = crossed(rows)
    expected = components({(s, i): float(rows[s, i]) for s in range(4) for i in range(11)}, (0, 1))
    assert expected is not None and found.variances == approx(expected)
    of_seeds, of_cases, rest = expected
    # what each adds to the variance of the mean
    assert found.contrast.error**2 == approx(of_seeds / 4 + of_cases / 11 + rest / 44)
    assert found.share == approx((of_cases / 11) / found.contrast.error**2)
    assert found.contrast.df == approx(3 / (1 - found.share) ** 2)


def test_one_seed_is_the_t_test_over_cases_and_one_case_that_over_seeds() -> None:
    values = [0.1, 0.4, -0.2, 0.3, 0.25]
    expected = stats.ttest_1samp(values, 0)
    for rows in (grid([values]), grid([[value] for value in values])):
        found = crossed(rows)
        assert found.variances is None
        assert found.contrast.p_two_sided() == approx(expected.pvalue)
        assert found.contrast.interval(0.9) == approx(tuple(expected.confidence_interval(0.9)))


def test_seeds_that_change_nothing_leave_the_t_test_over_cases() -> None:
    values = [0.1, 0.4, -0.2, 0.3, 0.25]
    found = crossed(grid([values] * 3))
    assert found.share == 1.0
    assert found.variances == approx((0.0, np.var(values, ddof=1), 0.0))
    assert found.contrast.p_two_sided() == approx(stats.ttest_1samp(values, 0).pvalue)


def test_cases_that_are_all_alike_leave_the_t_test_over_seeds() -> None:
    values = [0.1, 0.4, -0.2, 0.3]
    found = crossed(grid([[value] * 6 for value in values]))
    assert found.share == 0.0
    assert found.contrast.p_two_sided() == approx(stats.ttest_1samp(values, 0).pvalue)


def test_few_cases_count_their_own_degrees_of_freedom() -> None:
    luck = np.random.default_rng(4)
    rows = luck.normal(size=(1, 6)) + 0.01 * luck.normal(size=(3, 6))
    assert crossed(rows).contrast.df > 1000
    assert crossed(rows, few_cases=True).contrast.df == approx(5, rel=0.01)


def test_clusters_are_averaged_first() -> None:
    rows = grid([[1, 3, 5, 0], [2, 2, 2, 4]])
    assert clustered(rows, ["b", "a", "a", "c"]).tolist() == [[4.0, 1.0, 0.0], [2.0, 2.0, 4.0]]


@pytest.mark.parametrize("rows", [[[0.25] * 4] * 3, [[0.1 + 0.2, 0.3], [0.3, 0.3]], [[0.0] * 5]])
def test_nothing_varies(rows: list[list[float]]) -> None:
    with pytest.raises(NoVariation):
        crossed(grid(rows))


def test_rounding_of_large_values_is_no_variation() -> None:
    with pytest.raises(NoVariation):
        crossed(grid([[1e-10, 2e-10], [3e-10, 1e-10]]), scale=1e6)


@pytest.mark.parametrize("rows", [[[1.0]], [[1.0, float("nan")]] * 2, [[1.0, 1e200]] * 2])
def test_no_estimate(rows: list[list[float]]) -> None:
    with pytest.raises(NoNoise):
        crossed(grid(rows))
