"""What is left of a metric's values over replicates; `stats/summary.py` computes it."""

from __future__ import annotations

from ledger.model.frozen import frozen


@frozen
class Summary:
    """`n` finite values, their mean, and their sample standard deviation (None under two values).

    `left_out` counts values that are NaN or infinite: they are trials that failed for this metric.
    """

    n: int
    mean: float | None
    sd: float | None
    left_out: int = 0
