"""What replicates say of the noise of one trial."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.model.frozen import frozen
from ledger.stats.contrast import mean


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
