"""What replicates say of the noise of one trial, and how far two runs of one thing may lie apart by it alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ledger.model.frozen import frozen
from ledger.stats.contrast import mean, sd

# under this many values the spread itself is hardly known
FEWEST = 3


@frozen
class Within:
    """The sum of squares about the means of what was repeated, and its degrees of freedom."""

    squares: float = 0.0
    df: float = 0.0

    @property
    def sd(self) -> float | None:
        """The pooled standard deviation, None where nothing was repeated."""
        return (self.squares / self.df) ** 0.5 if self.df > 0 else None


def within(groups: Iterable[Sequence[float]]) -> Within:
    """The noise within groups, pooled: each is the values of one thing under its replicates."""
    squares, df = 0.0, 0
    for values in groups:
        if values:
            middle = mean(values)
            squares += sum((value - middle) ** 2 for value in values)
            df += len(values) - 1
    return Within(squares=squares, df=df)


def margin(values: Sequence[float], *, confidence: float = 0.95) -> float | None:
    """The half width of the prediction interval for the difference of two draws: t(n - 1) s sqrt(2).

    `values` are the replicates whose standard deviation is s. None under three of them, or where one is not finite.
    Source: G. J. Hahn and W. Q. Meeker, Statistical Intervals (1991), section 4.
    """
    from scipy.special import stdtrit

    n = len(values)
    if n < FEWEST or not all(math.isfinite(value) for value in values):
        return None
    return float(stdtrit(n - 1, (1 + confidence) / 2)) * sd(values) * math.sqrt(2)
