"""Folds of a cross-validation: their training sets overlap, so trials within and between them are not independent."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from ledger.model.replicates import Point, Value
from ledger.stats.contrast import Contrast, NoNoise, over_folds

# the contrast treatment - factor * baseline as a function of the factor
Family = Callable[[float], Contrast]


class OtherFolds(ValueError):
    """The two sides do not have the same folds, and no test fits folds that are not paired."""


def fold_by_fold(treatment: Mapping[Point, float], baseline: Mapping[Point, float] | None, fold: str) -> Family:
    """The comparison over the axis `fold`, whatever else varies within the folds averaged first.

    The folds that are there are taken for all of the cross-validation. Raises NoNoise under two folds, OtherFolds.
    """
    mine = _means(treatment, fold)
    theirs = None if baseline is None else _means(baseline, fold)
    if None in mine or (theirs is not None and mine.keys() != theirs.keys()):
        raise OtherFolds("the two sides have not the same folds, and no test fits folds that are not paired")
    if len(mine) < 2:
        raise NoNoise("one fold gives none")
    partners = None if theirs is None else [theirs[value] for value in mine]
    share = 1 / (len(mine) - 1)
    return lambda factor: over_folds(list(mine.values()), partners, test_share=share, factor=factor)


def _means(values: Mapping[Point, float], fold: str) -> dict[Value | None, float]:
    """The mean for each fold; what has no fold is under None."""
    grouped: dict[Value | None, list[float]] = {}
    for point, value in values.items():
        grouped.setdefault(dict(point).get(fold), []).append(value)
    return {key: math.fsum(inside) / len(inside) for key, inside in grouped.items()}
