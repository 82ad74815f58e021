"""PED-ANOVA: how much a parameter decides whether a configuration is among the best.

Watanabe, Bansal and Hutter (2023), "PED-ANOVA: Efficiently quantifying hyperparameter importance in arbitrary
subspaces", IJCAI: the importance of a parameter is the Pearson divergence of its density among the best share of the
configurations from its density among all of them, both Parzen estimates. Here they stand on ranks, so that a parameter
on a logarithmic scale needs no care, and on the configurations that were tried, however unevenly they lie.

Of N configurations the best γN are a small sample, in which any parameter diverges a little. What it would diverge
by chance is found by permuting which configurations are the best, which is exact for a parameter that has nothing to do
with the metric, and by resampling configurations, which tells how certain the rest is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ledger.model.frozen import frozen

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

# points at which a density is known, between 0 and 1 on ranks
_POINTS = 20
# of the densities, on ranks. A fixed one, and not Scott's, which narrows with the number of configurations: what is
# estimated then does not depend on how many there are
_BANDWIDTH = 0.1
# a permutation or a resample is a row: this many numbers are in memory at once
_CELLS = 8_000_000


@frozen
class Divergence:
    """What PED-ANOVA finds of one parameter.

    `share`: its part of the importance of all parameters, from 0 to 1, with the 90% `interval`; `p_value`: how often a
    parameter that has nothing to do with the metric would look so important.
    """

    share: float
    interval: tuple[float, float]
    p_value: float


@frozen
class Levels:
    """The values of one parameter: each configuration's `level`, from 0 on, -1 where it lacks the parameter.

    `ordered`: the levels are in the order of their values.
    """

    levels: tuple[int, ...]
    ordered: bool


def best(values: Array, share: float, *, higher: bool) -> Array:
    """The weights of the configurations in the best `share` of them: 1, 0, or a part where several tie at its edge."""
    order = values if higher else -values
    wanted = share * len(order)
    weights = np.zeros(len(order))
    for value in np.unique(order)[::-1]:
        tied = order == value
        weights[tied] = min(1.0, max(0.0, wanted - weights.sum()) / tied.sum())
        if weights.sum() >= wanted - 1e-9:
            break
    return weights


@frozen
class Kernel:
    """How configurations contribute to a density: each as its `level` does, by the `rows` of the levels."""

    level: Codes
    rows: Array

    @property
    def whole(self) -> Array:
        """A row for each configuration."""
        return self.rows[self.level]


def kernels(column: Levels) -> Kernel:
    """How each configuration contributes to the density of a parameter, whose points are the columns.

    Of choices, and of what lacks the parameter, the points are the values themselves.
    """
    levels = np.asarray(column.levels, np.int64)
    absent = levels < 0
    if not column.ordered:
        # what lacks the parameter is the last
        _, own = np.unique(np.where(absent, levels.max() + 1, levels), return_inverse=True)
        return Kernel(level=own.reshape(-1), rows=np.eye(int(own.max()) + 1))
    known = levels[~absent]
    sizes = np.bincount(known)
    middles = (np.cumsum(sizes) - sizes / 2) / max(sizes.sum(), 1)
    points = (np.arange(_POINTS) + 0.5) / _POINTS
    heights = np.exp(-(((points[None, :] - middles[:, None]) / _BANDWIDTH) ** 2) / 2)
    heights /= heights.sum(axis=1, keepdims=True)
    lacking = int(absent.any())
    rows = np.zeros((len(sizes) + lacking, _POINTS + lacking))
    rows[: len(sizes), :_POINTS] = heights
    if lacking:
        rows[-1, -1] = 1.0
    return Kernel(level=np.where(absent, len(sizes), levels), rows=rows)


def _weighted(weights: Array, kernel: Kernel) -> Array:
    """The density by each row of weights: over few levels their sums are enough."""
    count = len(kernel.rows)
    if count > _POINTS:
        return np.asarray(weights @ kernel.whole)
    sums = np.stack([weights[:, kernel.level == level].sum(axis=1) for level in range(count)], axis=1)
    return np.asarray(sums @ kernel.rows)


def divergences(kernel: Kernel, top: Array, every: Array) -> Array:
    """The Pearson divergence of each row of weights `top` from that of `every`, over one parameter."""
    inside = _weighted(top, kernel) / top.sum(axis=1, keepdims=True)
    whole = _weighted(every, kernel) / every.sum(axis=1, keepdims=True)
    ratio = np.divide(inside, whole, out=np.ones_like(inside), where=whole > 1e-12)
    return np.asarray((whole * (ratio - 1) ** 2).sum(axis=1))


def importances(
    columns: Sequence[Levels],
    values: Sequence[float],
    *,
    share: float,
    higher: bool,
    permutations: int = 999,
    resamples: int = 400,
    seed: int = 0,
) -> tuple[Divergence, ...]:
    """What each parameter has to do with being among the best `share` of the configurations; values are finite.

    `seed`: of the permutations and resamples.
    """
    luck = np.random.default_rng(seed)
    given = np.asarray(values, np.float64)
    size = len(given)
    top = best(given, share, higher=higher)
    smooth = [kernels(column) for column in columns]
    ones = np.ones((1, size))
    found = np.array([divergences(kernel, top[None, :], ones)[0] for kernel in smooth])
    null = _permuted(smooth, top, permutations, luck)
    again = _resampled(smooth, given if higher else -given, share, resamples, luck)
    p_values = (1 + (null >= found * (1 - 1e-12)).sum(axis=0)) / (permutations + 1)
    # what chance adds is taken off, from the resamples so that their mean is where the estimate is
    left = np.maximum(found - null.mean(axis=0), 0.0)
    shifted = np.maximum(again - (again.mean(axis=0) - (found - null.mean(axis=0))), 0.0)
    shares, spread = _shares(left[None, :])[0], _shares(shifted)
    low, high = np.quantile(spread, (0.05, 0.95), axis=0)
    return tuple(
        Divergence(share=float(s), interval=(float(min(a, s)), float(max(b, s))), p_value=float(p))
        for s, a, b, p in zip(shares, low, high, p_values, strict=True)
    )


def _shares(rows: Array) -> Array:
    """Each row as parts of its sum, all 0 where that is."""
    sums = rows.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0))


def _permuted(smooth: Sequence[Kernel], top: Array, count: int, luck: np.random.Generator) -> Array:
    """The divergences when which configurations are the best is left to chance: a row a permutation."""
    rows = []
    for part in _parts(count, len(top)):
        weights = luck.permuted(np.tile(top, (part, 1)), axis=1)
        ones = np.ones((1, len(top)))
        rows.append(np.stack([divergences(kernel, weights, ones) for kernel in smooth], axis=1))
    return np.concatenate(rows)


def _resampled(smooth: Sequence[Kernel], values: Array, share: float, count: int, luck: np.random.Generator) -> Array:
    """The divergences of as many configurations drawn from these with replacement: a row a resample."""
    size = len(values)
    order = np.argsort(-values, kind="stable")
    rows = []
    for part in _parts(count, size):
        drawn = luck.multinomial(size, np.full(size, 1 / size), size=part).astype(np.float64)
        ranked = drawn[:, order]
        before = np.cumsum(ranked, axis=1) - ranked
        weights = np.empty_like(drawn)
        weights[:, order] = np.clip(share * size - before, 0.0, ranked)
        rows.append(np.stack([divergences(kernel, weights, drawn) for kernel in smooth], axis=1))
    return np.concatenate(rows)


def _parts(count: int, size: int) -> list[int]:
    """How many rows at a time."""
    most = max(1, _CELLS // size)
    return [min(most, count - at) for at in range(0, count, most)]
