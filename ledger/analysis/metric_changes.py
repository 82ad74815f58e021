"""What came of two sides: how far apart a metric is, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ledger.analysis.designs import OtherParts, compared
from ledger.model.frozen import frozen
from ledger.model.replicates import Axis, Point
from ledger.stats.contrast import Contrast, Contrasted, NoNoise
from ledger.stats.summary import Summary, summarise

if TYPE_CHECKING:
    # numpy takes long to import
    from ledger.stats.cases import Crossed


@frozen
class MetricChange(Contrasted):
    """A metric on both sides. `difference` is b - a of the means, None where a side has no value.

    `over_cases`: with seeds and `cases` crossed, None where there are no per-case results that can be used.
    """

    name: str
    a: Summary
    b: Summary
    difference: float | None
    over_cases: Crossed | None = None
    cases: int = 0

    @property
    def seen(self) -> bool:
        """Whether there is a difference to be seen: the interval does not hold zero, or there is no noise known."""
        if self.interval is None:
            return self.difference != 0
        low, high = self.interval
        return not low <= 0 <= high


def metric_change(
    name: str, a: Mapping[Point, float], b: Mapping[Point, float], *, parts: Axis | None = None
) -> MetricChange:
    """A metric's values by replicate on both sides: paired where the replicates are the same, else Welch's test.

    Of the same replicates those count that have a number on both sides: one that diverged takes its pair with it. With
    `parts`, the axis of folds or splits, by their rule; folds that differ are not tested.
    """
    left, right = summarise(a.values()), summarise(b.values())
    if a.keys() == b.keys():
        whole = [point for point in a if math.isfinite(a[point]) and math.isfinite(b[point])]
        a, b = {point: a[point] for point in whole}, {point: b[point] for point in whole}
    before, after = summarise(a.values()).mean, summarise(b.values()).mean
    return MetricChange(
        name=name,
        a=left,
        b=right,
        difference=None if before is None or after is None else after - before,
        contrast=_contrast(a, b, parts),
    )


def _contrast(a: Mapping[Point, float], b: Mapping[Point, float], parts: Axis | None) -> Contrast | None:
    before = {point: value for point, value in a.items() if math.isfinite(value)}
    after = {point: value for point, value in b.items() if math.isfinite(value)}
    try:
        return compared(after, before, parts)(1.0)
    except (NoNoise, OtherParts):
        return None
