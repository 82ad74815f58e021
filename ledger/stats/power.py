"""What an experiment could have seen: power of the t tests, and what follows from it."""

from __future__ import annotations

import math
from collections.abc import Callable

MAX_REPLICATES = 10_000


def power(effect: float, n: float, *, alpha: float, paired: bool, two_sided: bool = False) -> float:
    """The chance that an effect is found, in standard deviations (of the paired differences, or of one side).

    From the noncentral t distribution, as R's `power.t.test` has it; the far tail of a two-sided test is left out.
    `n` is the number of replicates of a side, and may lie between whole ones.
    """
    from scipy.special import nctdtr, stdtrit

    df = n - 1 if paired else 2 * (n - 1)
    shift = effect * math.sqrt(n if paired else n / 2)
    critical = float(stdtrit(df, 1 - (alpha / 2 if two_sided else alpha)))
    # the mirrored form keeps its precision where the power is near 1
    return float(nctdtr(df, -shift, -critical))


def detectable(n: int, *, alpha: float, paired: bool, wanted: float = 0.8) -> float:
    """The smallest effect, in standard deviations, that n replicates find with the wanted power."""
    high = 1.0
    while power(high, n, alpha=alpha, paired=paired) < wanted:
        high *= 2
    return _root(lambda effect: power(effect, n, alpha=alpha, paired=paired) - wanted, 0.0, high)


def replicates_needed(
    effect: float, *, alpha: float, paired: bool, wanted: float = 0.8, two_sided: bool = False
) -> float | None:
    """How many replicates (a side) find an effect of that many standard deviations; None past 10,000.

    The number is not rounded up, so that it can be compared with tables; at least 2.
    """
    if not effect > 0:
        return None

    def surplus(n: float) -> float:
        return power(effect, n, alpha=alpha, paired=paired, two_sided=two_sided) - wanted

    low, high = 2.0, 4.0
    if surplus(low) >= 0:
        return low
    while surplus(high) < 0:
        high *= 2
        if high > MAX_REPLICATES:
            return None
    return _root(surplus, low, high)


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero. (`scipy.optimize` takes longer to import than fifty halvings to run.)"""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
