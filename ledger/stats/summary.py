"""Mean and spread of a metric over replicates."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.stats import contrast


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """`n` finite values, their mean, and their sample standard deviation (None under two values).

    `left_out` counts values that are NaN or infinite: they are trials that failed for this metric.
    """

    n: int
    mean: float | None
    sd: float | None
    left_out: int = 0


def summarise(values: Iterable[float]) -> Summary:
    """The summary of the values, with n - 1 in the denominator of the variance."""
    given = list(values)
    finite = [value for value in given if math.isfinite(value)]
    n = len(finite)
    if n == 0:
        return Summary(n=0, mean=None, sd=None, left_out=len(given))
    sd = contrast.sd(finite) if n > 1 else None
    return Summary(n=n, mean=contrast.mean(finite), sd=sd, left_out=len(given) - n)
