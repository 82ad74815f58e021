"""The mean of a curve over the replicates of an arm, and how far they spread around it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from ledger.analysis.curves import Chosen, Curve
from ledger.model.frozen import frozen
from ledger.model.remarks import Kind, Remark
from ledger.stats import contrast


class Band(StrEnum):
    """What lies between `low` and `high` at a step where n replicates have a value.

    sd: mean ± s, with n - 1 in the denominator of s². ci: the 95% confidence interval of the mean under a t
    distribution, mean ± t(0.975, n - 1) · s / sqrt(n). minmax: the smallest and the largest value.
    """

    SD = "sd"
    CI = "ci"
    MINMAX = "minmax"
    NONE = "none"


CONFIDENCE = 0.95


@frozen
class StepBand:
    """The replicates at one step: those that have it. `low` and `high` are None where there is no spread to show."""

    x: float
    n: int
    mean: float
    low: float | None
    high: float | None


@frozen
class BandLine:
    """One line of a plot. `trial`: the line of a single trial; None: the mean over `trials` of an arm."""

    arm: str
    trial: str | None
    trials: int
    levels: tuple[StepBand, ...]

    @property
    def falls(self) -> bool:
        """Whether not all replicates have every step."""
        return any(level.n < self.trials for level in self.levels)


@frozen
class Facet:
    """One metric over the steps, a line an arm."""

    metric: str
    x: str
    x_label: str | None
    y_label: str | None
    lines: tuple[BandLine, ...]


@frozen
class Bands:
    """All that a plot of learning curves shows. `arms` are in the order in which they were asked for."""

    arms: tuple[str, ...]
    band: Band
    facets: tuple[Facet, ...]
    notes: tuple[Remark, ...]


def bands(chosen: Chosen, *, band: Band = Band.SD, most: int = 1000) -> Bands:
    """Mean and band of every metric and arm, at each step over the replicates that have it.

    A line of more than `most` steps is thinned evenly. Where replicates share no steps there is no mean: then every
    trial has its own line.
    """
    arms = tuple(dict.fromkeys(curve.arm for curve in chosen.curves))
    notes = list(chosen.notes)
    facets = []
    for metric in chosen.metrics:
        own = [curve for curve in chosen.curves if curve.metric == metric]
        lines: list[BandLine] = []
        for arm in arms:
            lines += _lines([curve for curve in own if curve.arm == arm], band)
        notes += _remarks(metric, own, lines, most)
        first = own[0]
        facets.append(
            Facet(
                metric=metric,
                x=first.x,
                x_label=first.x_label,
                y_label=first.y_label,
                lines=tuple(_thinned(line, most) for line in lines),
            )
        )
    return Bands(arms=arms, band=band, facets=tuple(facets), notes=tuple(dict.fromkeys(notes)))


def level(x: float, values: Sequence[float], band: Band) -> StepBand:
    """The mean and the band of the values at one step."""
    n = len(values)
    mean = contrast.mean(list(values))
    low: float | None = None
    high: float | None = None
    if n > 1 and band is Band.MINMAX:
        low, high = min(values), max(values)
    elif n > 1 and band in (Band.SD, Band.CI):
        half = contrast.sd(list(values))
        if band is Band.CI:
            half *= _quantile(n - 1) / math.sqrt(n)
        low, high = mean - half, mean + half
        if not (math.isfinite(low) and math.isfinite(high)):
            # no float is large enough for the spread of such values
            low = high = None
    return StepBand(x=x, n=n, mean=mean, low=low, high=high)


def _quantile(df: int) -> float:
    known = _QUANTILES.get(df)
    if known is None:
        from scipy.special import stdtrit

        known = _QUANTILES[df] = float(stdtrit(df, 0.5 + CONFIDENCE / 2))
    return known


_QUANTILES: dict[int, float] = {}


def _lines(curves: Sequence[Curve], band: Band) -> list[BandLine]:
    values: dict[float, list[float]] = {}
    for curve in curves:
        for x, y in curve.points:
            values.setdefault(x, []).append(y)
    if not values:
        return []
    if len(curves) > 1 and _unshared(curves):
        return [
            BandLine(arm=c.arm, trial=c.trial, trials=1, levels=tuple(level(x, [y], Band.NONE) for x, y in c.points))
            for c in curves
        ]
    levels = tuple(level(x, values[x], band) for x in sorted(values))
    return [BandLine(arm=curves[0].arm, trial=None, trials=len(curves), levels=levels)]


def _unshared(curves: Sequence[Curve]) -> bool:
    """Whether most steps up to where the last but one ends are those of a single replicate."""
    end = sorted(curve.points[-1][0] for curve in curves)[-2]
    count = Counter(x for curve in curves for x, _ in curve.points if x <= end)
    return 2 * sum(n > 1 for n in count.values()) < len(count)


def _remarks(metric: str, curves: Sequence[Curve], lines: Sequence[BandLine], most: int) -> list[Remark]:
    notes = []
    if len({curve.x for curve in curves}) > 1:
        notes.append(Remark.of(Kind.SEVERAL_X, metric=metric, columns=tuple(dict.fromkeys(c.x for c in curves))))
    x = curves[0].x
    for line in lines:
        if line.falls:
            # the same for all metrics that end together: said once
            few = min(line.levels, key=lambda at: at.n)
            notes.append(Remark.of(Kind.REPLICATES_END, arm=line.arm, trials=line.trials, few=few.n, x=x))
        if len(line.levels) > most:
            stride = _stride(line, most)
            notes.append(Remark.of(Kind.THINNED, metric=metric, steps=len(line.levels), stride=stride))
    if any(line.trial is not None for line in lines):
        notes.append(Remark.of(Kind.NO_COMMON_STEPS, metric=metric))
    return notes


def _stride(line: BandLine, most: int) -> int:
    return -(-len(line.levels) // most)


def _thinned(line: BandLine, most: int) -> BandLine:
    if len(line.levels) <= most:
        return line
    kept = (*line.levels[: -1 : _stride(line, most)], line.levels[-1])
    return BandLine(arm=line.arm, trial=line.trial, trials=line.trials, levels=kept)
