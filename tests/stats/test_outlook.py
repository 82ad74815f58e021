"""What so many replicates would show: the margin, equivalence, folds, and how sure the noise itself is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pytest import approx
from scipy import stats

from ledger.stats.outlook import Question, line, lines, needed
from ledger.stats.power import FOLDS, PAIRS, PowerDesign

EXAMPLE = Question(margin=0.02, sd=0.0447, df=4, alpha=0.05)


def test_the_margin_counts() -> None:
    found = line(EXAMPLE, 5)
    assert found.smallest == approx(0.0808, abs=5e-5)
    assert found.power is None
    low, high = (0.0447 * math.sqrt(4 / stats.chi2.ppf(p, 4)) for p in (0.95, 0.05))
    hidden = (0.0808 - 0.02) / 0.0447
    assert found.smallest_interval == approx((0.02 + hidden * low, 0.02 + hidden * high), rel=1e-3)


def test_the_other_way_round_it_is_below() -> None:
    down = Question(margin=0.02, sd=0.0447, df=None, alpha=0.05, upward=False)
    assert line(down, 5).smallest == approx(0.02 - 0.0608, abs=5e-5)
    assert line(down, 5).smallest_interval is None


def test_no_number_helps_where_the_truth_is_the_margin() -> None:
    at = Question(margin=0.02, sd=0.0447, df=4, alpha=0.05, effect=0.02)
    assert needed(at) is None
    assert [line(at, n).power for n in (3, 10, 1000)] == approx([0.05, 0.05, 0.05])


def test_an_effect_beyond_the_margin_against_the_noncentral_t() -> None:
    q = Question(margin=0.02, sd=0.0447, df=4, alpha=0.05, effect=0.05)

    def oracle(n: int) -> float:
        return float(stats.nct.sf(stats.t.ppf(0.95, n - 1), n - 1, 0.03 / 0.0447 * math.sqrt(n)))

    assert line(q, 10).power == approx(oracle(10), abs=1e-6)
    assert needed(q) == next(n for n in range(2, 99) if oracle(n) >= 0.8)


def test_equivalence() -> None:
    q = Question(margin=0.02, sd=0.0447, df=4, alpha=0.05, within=True)
    assert needed(q) == 45
    assert line(q, 45).smallest == approx(0.0198, abs=5e-5)
    # a true difference inside the margin is nearer to one bound
    assert (needed(Question(margin=0.02, sd=0.0447, df=4, alpha=0.05, within=True, effect=0.01)) or 0) > 100
    assert needed(Question(margin=0.02, sd=0.0447, df=4, alpha=0.05, within=True, effect=0.02)) is None


def test_one_degree_of_freedom_says_how_little_it_says() -> None:
    found = line(Question(margin=0, sd=0.0027, df=1, alpha=0.05), 5)
    assert found.smallest_interval is not None
    low, high = found.smallest_interval
    assert low == approx(found.smallest * 0.510, rel=1e-3)
    assert high == approx(found.smallest * 15.95, rel=1e-3)


@pytest.mark.parametrize("design", [PAIRS, FOLDS, PowerDesign(folds=5)], ids=["pairs", "folds", "reshuffled"])
def test_the_smallest_effect_is_found_in_four_of_five(design: PowerDesign) -> None:
    n, luck = 4, np.random.default_rng(3)
    q = Question(margin=0.5, sd=2.0, df=None, alpha=0.05, design=design)
    smallest, df, error = line(q, n).smallest, design.df(n), design.errors(n)
    # the design's own standard error, and its sd
    estimates = luck.normal(smallest, 2.0 * error, 200_000)
    sds = 2.0 * np.sqrt(luck.chisquare(df, 200_000) / df)
    supported = estimates - stats.t.ppf(0.95, df) * sds * error >= 0.5
    assert supported.mean() == approx(0.8, abs=0.004)


def test_one_is_no_number_but_of_partitions() -> None:
    assert [one.n for one in lines(EXAMPLE, (1, 2, 3))] == [2, 3]
    assert [
        one.n for one in lines(Question(margin=0, sd=1, df=None, alpha=0.05, design=PowerDesign(folds=5)), (1, 2))
    ] == [
        1,
        2,
    ]
