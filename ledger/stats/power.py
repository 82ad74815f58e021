"""What an experiment could have seen: power of the t tests, and what follows from it."""

from __future__ import annotations

import math
from collections.abc import Callable

MAX_REPLICATES = 10_000

# the chance of a verdict that the effects and numbers of replicates here are for
WANTED = 0.8


def power(
    effect: float, n: float, *, alpha: float, paired: bool, two_sided: bool = False, folds: bool = False
) -> float:
    """The chance that an effect is found, in standard deviations (of the paired differences, or of one side).

    From the noncentral t distribution, as R's `power.t.test` has it; the far tail of a two-sided test is left out.
    `n` is the number of replicates of a side, and may lie between whole ones; with `folds` it is that of the folds of
    a cross-validation, whose differences are paired and whose training sets overlap.
    """
    from scipy.special import nctdtr

    df = _df(n, paired=paired)
    shift = effect / _errors(n, paired=paired, folds=folds)
    # the mirrored form keeps its precision where the power is near 1
    return float(nctdtr(df, -shift, -_critical(df, alpha / 2 if two_sided else alpha)))


def noncentrality(df: float, *, alpha: float, wanted: float = WANTED) -> float:
    """How many standard errors from the margin a true difference lies that is found with the wanted power."""
    from scipy.special import nctdtr

    critical = _critical(df, alpha)
    if not math.isfinite(critical):
        return math.inf

    def surplus(shift: float) -> float:
        return float(nctdtr(df, -shift, -critical)) - wanted

    high = 1.0
    while surplus(high) < 0:
        high *= 2
    return _root(surplus, 0.0, high)


def detectable(n: int, *, alpha: float, paired: bool, wanted: float = WANTED) -> float:
    """The smallest effect, in standard deviations, that n replicates find with the wanted power."""
    return noncentrality(_df(n, paired=paired), alpha=alpha, wanted=wanted) * _errors(n, paired=paired, folds=False)


def replicates_needed(
    effect: float,
    *,
    alpha: float,
    paired: bool,
    wanted: float = WANTED,
    two_sided: bool = False,
    folds: bool = False,
    other: float = math.inf,
) -> float | None:
    """How many replicates (a side) find an effect of that many standard deviations; None past 10,000.

    The number is not rounded up, so that it can be compared with tables; at least 2. `other` is a second effect that
    the same replicates must find too, as equivalence asks of both its bounds: the power is then that of both together
    (a lower bound, exact where one of them is beyond doubt).
    """
    if not min(effect, other) > 0 or not alpha > 0:
        return None

    def surplus(n: float) -> float:
        found = power(effect, n, alpha=alpha, paired=paired, two_sided=two_sided, folds=folds)
        if math.isfinite(other):
            found += power(other, n, alpha=alpha, paired=paired, two_sided=two_sided, folds=folds) - 1
        return found - wanted

    low, high = 2.0, 4.0
    if surplus(low) >= 0:
        return low
    while surplus(high) < 0:
        high *= 2
        if high > MAX_REPLICATES:
            return None
    return _root(surplus, low, high)


def _df(n: float, *, paired: bool) -> float:
    return n - 1 if paired else 2 * (n - 1)


def _errors(n: float, *, paired: bool, folds: bool) -> float:
    """The standard error of the estimate, in standard deviations."""
    if folds:
        return math.sqrt(1 / n + 1 / (n - 1))
    return math.sqrt(1 / n if paired else 2 / n)


def _critical(df: float, alpha: float) -> float:
    """The one-sided critical value of t."""
    from scipy.special import stdtrit

    return float(stdtrit(df, 1 - alpha))


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero. (`scipy.optimize` takes longer to import than fifty halvings to run.)"""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
