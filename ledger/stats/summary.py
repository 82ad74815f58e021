"""Mean and spread of a metric over replicates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from ledger.model.summary import Summary
from ledger.stats import contrast

__all__ = ["Summary", "exact", "pooled", "summarise"]

# the whole numbers up to here are floats too; of those beyond some are none
_WHOLE: Final = 2**53


def exact(value: float) -> float:
    """The value as a float, or as the whole number that it is where a float would lose its last digits."""
    return value if isinstance(value, int) and abs(value) > _WHOLE else float(value)


def summarise(values: Iterable[float]) -> Summary:
    """The summary of the values, with n - 1 in the denominator of the variance."""
    given = list(values)
    if len(given) == 1 and math.isfinite(given[0]):
        return Summary(n=1, mean=exact(given[0]), sd=None)
    finite = [value for value in given if math.isfinite(value)]
    n = len(finite)
    if n == 0:
        return Summary(n=0, mean=None, sd=None, left_out=len(given))
    if all(value == finite[0] for value in finite):
        # the mean of equal numbers is that number, which a sum may round
        return Summary(n=n, mean=exact(finite[0]), sd=0.0 if n > 1 else None, left_out=len(given) - n)
    sd = contrast.sd(finite) if n > 1 else None
    return Summary(n=n, mean=contrast.mean(finite), sd=sd, left_out=len(given) - n)


def pooled(summaries: Sequence[Summary]) -> Summary:
    """The summary of the values of all groups together, from their n, mean and sd alone.

    With N = Σ nᵢ and M = Σ nᵢ mᵢ / N, the variance is (Σ (nᵢ - 1) sᵢ² + Σ nᵢ (mᵢ - M)²) / (N - 1): exactly that of the
    values themselves, so the spread between the groups is in it (Cochrane Handbook for Systematic Reviews of
    Interventions, section 6.5.2.10, "Combining groups"; Chan, Golub & LeVeque 1979 for the sums of squares).
    """
    groups = [(s.n, s.mean, s.sd or 0.0) for s in summaries if s.n and s.mean is not None]
    left_out = sum(s.left_out for s in summaries)
    n = sum(count for count, _, _ in groups)
    if n == 0:
        return Summary(n=0, mean=None, sd=None, left_out=left_out)
    if len(groups) == 1:
        return Summary(n=n, mean=groups[0][1], sd=groups[0][2] if n > 1 else None, left_out=left_out)
    if all(centre == groups[0][1] and not sd for _, centre, sd in groups):
        # exactly none, and not what rounding makes of it
        return Summary(n=n, mean=groups[0][1], sd=0.0, left_out=left_out)
    # each as often as it counts, so that it is the mean of the values in whatever groups they come, without a rounding
    mean = contrast.mean([centre for count, centre, _ in groups for _ in range(count)])
    parts = [math.sqrt(count - 1) * sd for count, _, sd in groups]
    parts += [math.sqrt(count) * (centre - mean) for count, centre, _ in groups]
    sd = math.hypot(*parts) / math.sqrt(n - 1) if n > 1 else None
    return Summary(n=n, mean=mean, sd=sd, left_out=left_out)
