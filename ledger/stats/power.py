"""What an experiment could have seen: power of the t tests, and what follows from it."""

from __future__ import annotations

import math
from collections.abc import Callable

from ledger.model.frozen import frozen

MAX_REPLICATES = 10_000

# the chance of a verdict that the effects and numbers of replicates here are for
WANTED = 0.8


@frozen
class PowerDesign:
    """How the degrees of freedom and the standard error of an estimate follow from a number n of replicates.

    `sides` is 2 where they are not paired. `overlap`: they are the folds of one cross-validation (Nadeau & Bengio
    2003). `folds`: n partitions into this many folds each (Bouckaert & Frank 2004).
    """

    sides: int = 1
    overlap: bool = False
    folds: int | None = None

    @property
    def fewest(self) -> float:
        """The least n that gives an estimate of the noise."""
        return 2.0 if self.folds is None else 1.0

    def df(self, n: float) -> float:
        """The degrees of freedom; n may lie between whole numbers."""
        return self.sides * (n - 1) if self.folds is None else self.folds * n - 1

    def errors(self, n: float) -> float:
        """The standard error of the estimate, in standard deviations."""
        if self.folds is not None:
            return math.sqrt(1 / (self.folds * n) + 1 / (self.folds - 1))
        return math.sqrt(1 / n + 1 / (n - 1) if self.overlap else self.sides / n)


PAIRS = PowerDesign()
SIDES = PowerDesign(sides=2)
FOLDS = PowerDesign(overlap=True)


def power(effect: float, n: float, *, alpha: float, design: PowerDesign = PAIRS, two_sided: bool = False) -> float:
    """The chance that an effect is found, in standard deviations (of the paired differences, or of one side).

    From the noncentral t distribution, as R's `power.t.test` has it; the far tail of a two-sided test is left out.
    """
    from scipy.special import nctdtr

    df = design.df(n)
    shift = effect / design.errors(n)
    # the mirrored form keeps its precision where the power is near 1
    return float(nctdtr(df, -shift, -_critical(df, alpha / 2 if two_sided else alpha)))


def power_within(above: float, below: float, n: float, *, alpha: float, design: PowerDesign = PAIRS) -> float:
    """The chance that two one-sided tests show the truth to lie between two bounds.

    `above` and `below` say how far the truth lies inside the lower and the upper one, in standard deviations. Exact:
    the normal estimate given the observed sd, averaged over the chi distribution of the sd (as Owen's Q has it).
    """
    import numpy as np
    from scipy.special import chdtr, chdtri, ndtr

    df, error = design.df(n), design.errors(n)
    critical = _critical(df, alpha)
    if not math.isfinite(critical):
        return 0.0
    low, high = above / error, below / error
    # beyond `widest` (observed sd / true one) no estimate has its whole interval inside
    widest = (low + high) / (2 * critical)
    narrowest, most = (math.sqrt(float(chdtri(df, tail)) / df) for tail in (1 - 1e-12, 1e-12))
    if widest <= narrowest:
        return 0.0
    edges = np.linspace(narrowest, min(widest, most), 1001)
    middles = (edges[1:] + edges[:-1]) / 2
    weights = np.diff(chdtr(df, df * edges**2))
    inside = ndtr(high - critical * middles) - ndtr(critical * middles - low)
    return float(np.sum(weights * inside))


def shown_within(n: float, *, alpha: float, design: PowerDesign = PAIRS, wanted: float = WANTED) -> float:
    """The smallest margin, in standard deviations, inside which n replicates show a difference of nothing to lie."""
    if not math.isfinite(_critical(design.df(n), alpha)):
        return math.inf
    high = 1.0
    while power_within(high, high, n, alpha=alpha, design=design) < wanted:
        high *= 2
    return _root(lambda bound: power_within(bound, bound, n, alpha=alpha, design=design) - wanted, 0.0, high)


def sd_interval(sd: float, df: float, confidence: float = 0.9) -> tuple[float, float]:
    """The two-sided interval of a standard deviation that so many degrees of freedom estimate (chi-square)."""
    from scipy.special import chdtri

    tail = (1 - confidence) / 2
    return sd * math.sqrt(df / float(chdtri(df, tail))), sd * math.sqrt(df / float(chdtri(df, 1 - tail)))


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


def detectable(n: float, *, alpha: float, design: PowerDesign = PAIRS, wanted: float = WANTED) -> float:
    """The smallest effect, in standard deviations, that n replicates find with the wanted power."""
    return noncentrality(design.df(n), alpha=alpha, wanted=wanted) * design.errors(n)


def replicates_needed(
    effect: float,
    *,
    alpha: float,
    design: PowerDesign = PAIRS,
    wanted: float = WANTED,
    two_sided: bool = False,
    other: float = math.inf,
) -> float | None:
    """How many replicates (a side) find an effect of that many standard deviations; None past 10,000.

    The number is not rounded up, so that it can be compared with tables; at least 2 (one
    partition into folds). `other` is a second effect that the same replicates must find too, as equivalence asks of
    both its bounds: the power is then that of both together.
    """
    if not min(effect, other) > 0 or not alpha > 0:
        return None

    def surplus(n: float) -> float:
        if math.isfinite(other):
            return power_within(effect, other, n, alpha=alpha, design=design) - wanted
        return power(effect, n, alpha=alpha, design=design, two_sided=two_sided) - wanted

    low, high = design.fewest, 4.0
    if surplus(low) >= 0:
        return low
    while surplus(high) < 0:
        high *= 2
        if high > MAX_REPLICATES:
            return None
    return _root(surplus, low, high)


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
