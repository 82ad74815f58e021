"""Differences of cases under several seeds: how far they hold on new seeds and on new cases.

Seeds and cases are crossed random effects, d_is = mean + seed_s + case_i + rest_is, without replication (Dorfman,
Berbaum & Metz 1992, as revised by Hillis 2007). Cases of one cluster are averaged first: then clusters are the cases.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ledger.model.frozen import frozen
from ledger.model.remarks import Kind
from ledger.stats.contrast import Contrast, NoNoise, NoVariation

Grid: TypeAlias = NDArray[np.float64]

CROSSED: Final = "seeds and cases crossed"
# a spread this small beside the values is what rounding leaves of none at all
_ROUNDING: Final = 1e-12


@frozen
class Crossed:
    """The mean of a grid of differences as a contrast, and what its uncertainty consists of.

    `seeds` and `cases` count the rows and columns of the grid (of clusters, where cases are in clusters). `share` is
    the part of the variance of the mean that the cases add, from 0 to 1. `variances` are those of seeds, cases and the
    rest, in the metric's unit²; None where there is one seed or one case, of which none can be estimated.
    """

    contrast: Contrast
    seeds: int
    cases: int
    share: float
    variances: tuple[float, float, float] | None


def grid(rows: Sequence[Sequence[float]]) -> Grid:
    """One row for each seed, one column for each case."""
    return np.array([np.asarray(row, dtype=np.float64) for row in rows], dtype=np.float64)


def clustered(differences: Grid, clusters: Sequence[str] | NDArray[np.intp]) -> Grid:
    """The mean of each cluster's cases under each seed; the clusters are in the order of their names or numbers."""
    _, places, sizes = np.unique(np.asarray(clusters), return_inverse=True, return_counts=True)
    return np.array([np.bincount(places, weights=row, minlength=len(sizes)) / sizes for row in differences])


def crossed(differences: Grid, *, scale: float = 0.0, few_cases: bool = False) -> Crossed:
    """The mean of `differences` (seeds × cases) with seeds and cases crossed; one seed or one case is taken as it is.

    Var(mean) = (MS_seed + max(MS_case - MS_rest, 0)) / (seeds · cases), with Hillis's degrees of freedom: the square of
    that sum over MS_seed² / (seeds - 1). They take the cases for many; with `few_cases` the term of the cases counts
    too, so that without any effect of seeds it is the t test over cases. `scale`: how large the values are whose
    rounding the differences carry. Raises NoNoise where there is but one value, NoVariation where nothing varies.
    """
    seeds, cases = differences.shape
    if not np.isfinite(differences).all() or not (np.abs(differences) < 1e150).all():
        raise NoNoise(Kind.TOO_LARGE)
    if seeds * cases < 2:
        raise NoNoise(Kind.ONE_REPLICATE if seeds * cases else Kind.NO_REPLICATES)
    mean = float(differences.mean())
    of_seeds, of_cases, rest = _squares(differences, mean)
    least = (_ROUNDING * max(scale, float(np.abs(differences).max()))) ** 2
    from_cases = max(of_cases - rest, 0.0) if seeds > 1 else of_cases
    from_seeds = of_seeds if seeds > 1 else 0.0
    total = from_seeds + from_cases
    if total <= least:
        raise NoVariation(Kind.NO_VARIATION)
    several = seeds > 1 and cases > 1
    return Crossed(
        contrast=Contrast(
            estimate=mean,
            error=math.sqrt(total / (seeds * cases)),
            df=_df(from_seeds, from_cases, seeds, cases, few=few_cases or from_seeds <= least),
            test=CROSSED,
            n=seeds,
            n_baseline=seeds,
            sd=math.sqrt(total / cases),
        ),
        seeds=seeds,
        cases=cases,
        share=from_cases / total,
        variances=(max(of_seeds - rest, 0.0) / cases, max(of_cases - rest, 0.0) / seeds, rest) if several else None,
    )


def _squares(differences: Grid, mean: float) -> tuple[float, float, float]:
    """The mean squares of seeds, cases and the rest; 0 where one has no degree of freedom."""
    seeds, cases = differences.shape
    by_seed, by_case = differences.mean(axis=1), differences.mean(axis=0)
    left = differences - by_seed[:, None] - by_case[None, :] + mean
    of_seeds = cases * float(((by_seed - mean) ** 2).sum()) / max(seeds - 1, 1)
    of_cases = seeds * float(((by_case - mean) ** 2).sum()) / max(cases - 1, 1)
    return of_seeds, of_cases, float((left**2).sum()) / max((seeds - 1) * (cases - 1), 1)


def _df(from_seeds: float, from_cases: float, seeds: int, cases: int, *, few: bool) -> float:
    parts = from_seeds**2 / (seeds - 1) if seeds > 1 else 0.0
    if few:
        parts += from_cases**2 / (cases - 1) if cases > 1 else 0.0
    return (from_seeds + from_cases) ** 2 / parts
