"""How far two runs of one thing may lie apart by the noise of its replicates alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ledger.stats.contrast import sd

# under so many values the spread itself is hardly known
FEWEST = 3


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
