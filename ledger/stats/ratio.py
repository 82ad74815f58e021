"""The ratio of two differences with its interval: which share of a drop is explained, which share of a gap is left."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ledger.model.frozen import frozen
from ledger.model.remarks import Kind
from ledger.stats.contrast import NoNoise, mean


@frozen
class Ratio:
    """A ratio, and its interval of some confidence; None where that has no bounds.

    It has none where the denominator is not told from zero: a ratio of any size is then possible.
    """

    estimate: float
    interval: tuple[float, float] | None


@frozen
class _Moments:
    """Two means with the variances and the covariance of their errors."""

    above: float
    below: float
    var_above: float
    var_below: float
    covariance: float
    df: float


def of_pairs(above: Sequence[float], below: Sequence[float], confidence: float) -> Ratio:
    """mean(above) / mean(below), both measured together n times.

    The ratios r for which mean(above - r · below) is not told from zero by a t test with n - 1 degrees of freedom
    (Fieller 1954, J. R. Stat. Soc. B 16, 175). Raises NoNoise under two pairs, and where nothing varies.
    """
    n = len(above)
    if n < 2:
        raise NoNoise(Kind.ONE_REPLICATE if n else Kind.NO_REPLICATES)
    above, below = _scaled(above, below)
    tops, bottoms = ([value - mean(side) for value in side] for side in (above, below))

    def product(left: Sequence[float], right: Sequence[float]) -> float:
        return math.fsum(a * b for a, b in zip(left, right, strict=True)) / (n - 1) / n

    return _within(
        _Moments(
            above=mean(above),
            below=mean(below),
            var_above=product(tops, tops),
            var_below=product(bottoms, bottoms),
            covariance=product(tops, bottoms),
            df=n - 1,
        ),
        confidence,
    )


def of_gains(part: Sequence[float], whole: Sequence[float], start: Sequence[float], confidence: float) -> Ratio:
    """(mean(part) - mean(start)) / (mean(whole) - mean(start)) of three independent samples of one variance.

    Fieller's, with the variance pooled over the three. Raises NoNoise where a sample is empty, where none has two
    values, and where nothing varies.
    """
    if not (part and whole and start):
        raise NoNoise(Kind.NO_REPLICATES)
    samples = part, whole, start = _scaled(part, whole, start)
    df = sum(map(len, samples)) - len(samples)
    if not df:
        raise NoNoise(Kind.ONE_REPLICATE)
    variance = math.fsum((value - mean(sample)) ** 2 for sample in samples for value in sample) / df
    of_part, of_whole, of_start = (variance / len(sample) for sample in samples)
    return _within(
        _Moments(
            above=mean(part) - mean(start),
            below=mean(whole) - mean(start),
            var_above=of_part + of_start,
            var_below=of_whole + of_start,
            covariance=of_start,
            df=df,
        ),
        confidence,
    )


def _scaled(*samples: Sequence[float]) -> list[list[float]]:
    """The samples in a unit in which squares are numbers: a power of two, so that nothing is rounded."""
    _, power = math.frexp(max(abs(value) for sample in samples for value in sample))
    return [[math.ldexp(value, -power) for value in sample] for sample in samples]


def _within(found: _Moments, confidence: float) -> Ratio:
    from scipy.special import stdtrit

    largest = max(abs(found.above), abs(found.below))
    if max(found.var_above, found.var_below) <= (1e-12 * largest) ** 2:
        raise NoNoise(Kind.NO_VARIATION)
    estimate = found.above / found.below if found.below else math.nan
    squared = float(stdtrit(found.df, 0.5 + confidence / 2)) ** 2
    # (above - r·below)² ≤ t²·Var(above - r·below) is a parabola in r: a r² - 2 b r + c ≤ 0
    a = found.below**2 - squared * found.var_below
    b = found.above * found.below - squared * found.covariance
    c = found.above**2 - squared * found.var_above
    if a <= 0:
        return Ratio(estimate=estimate, interval=None)
    half = math.sqrt(max(b * b - a * c, 0.0))
    return Ratio(estimate=estimate, interval=((b - half) / a, (b + half) / a))
