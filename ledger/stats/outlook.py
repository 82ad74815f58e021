"""What a number of replicates would show of a prediction, if the noise is what it was: before they run."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ledger.model.frozen import frozen
from ledger.stats.power import (
    MAX_REPLICATES,
    PAIRS,
    WANTED,
    PowerDesign,
    detectable,
    power,
    power_within,
    replicates_needed,
    sd_interval,
    shown_within,
)

# how many replicates a table is of, where nobody says how many
COUNTS = (2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50)


@frozen
class Question:
    """A claim and the noise in which it is to be seen.

    `margin` is what the estimate is held against, signed (the threshold, where it is a mean); of `within` half the
    width. `upward`: the claim is of a value above it. `sd` is that of what the design counts, known with `df` degrees
    of freedom (None: exactly). `effect` is a true difference or mean to which the power is given; without one `within`
    is about none at all.
    """

    margin: float
    sd: float
    df: float | None
    alpha: float
    within: bool = False
    upward: bool = True
    wanted: float = WANTED
    design: PowerDesign = PAIRS
    effect: float | None = None

    @property
    def sd_interval(self) -> tuple[float, float] | None:
        """The 90% interval of the sd, None where it is given without its degrees of freedom."""
        return None if self.df is None else sd_interval(self.sd, self.df)


Interval = tuple[float, float]


@frozen
class Line:
    """What n replicates show. The intervals are those over the interval of the sd; None where that is not known.

    `smallest` is the true difference (or mean) nearest to the margin that is told from it with the wanted power; of
    `within` the smallest margin inside which no difference is shown to lie. `power` is that at the effect asked for.
    """

    n: int
    df: float
    smallest: float
    smallest_interval: Interval | None
    power: float | None
    power_interval: Interval | None


def lines(question: Question, counts: Sequence[int]) -> tuple[Line, ...]:
    """A line for each n that gives an estimate of the noise at all."""
    return tuple(line(question, n) for n in counts if n >= question.design.fewest)


def line(question: Question, n: int) -> Line:
    """What n replicates show."""
    q, spread = question, question.sd_interval
    bounds = None if spread is None else tuple(_smallest(q, n, sd) for sd in spread)
    chances = None if spread is None else tuple(_power(q, n, sd) for sd in reversed(spread))
    found = _power(q, n, q.sd)
    return Line(
        n=n,
        df=q.design.df(n),
        smallest=_smallest(q, n, q.sd),
        smallest_interval=None if bounds is None else (bounds[0], bounds[1]),
        power=found,
        power_interval=None if found is None or chances is None else _between(chances),
    )


def needed(question: Question, sd: float | None = None) -> int | None:
    """How many replicates show the effect with the wanted power; None without an effect, or past 10,000.

    No number does where the effect is the margin itself. `sd` stands for the question's where another is given.
    """
    q, noise = question, question.sd if sd is None else sd
    if q.effect is None and not q.within:
        return None
    if q.within:
        above, below = sorted(((q.effect or 0.0) + q.margin, q.margin - (q.effect or 0.0)))
        found = replicates_needed(above / noise, alpha=q.alpha, wanted=q.wanted, design=q.design, other=below / noise)
    else:
        found = replicates_needed(_distance(q) / noise, alpha=q.alpha, wanted=q.wanted, design=q.design)
    return None if found is None or found > MAX_REPLICATES else math.ceil(found)


def _smallest(q: Question, n: int, sd: float) -> float:
    if q.within:
        return sd * shown_within(n, alpha=q.alpha, wanted=q.wanted, design=q.design)
    least = sd * detectable(n, alpha=q.alpha, wanted=q.wanted, design=q.design)
    return q.margin + (least if q.upward else -least)


def _power(q: Question, n: int, sd: float) -> float | None:
    if q.within:
        truth = q.effect or 0.0
        above, below = (q.margin + truth) / sd, (q.margin - truth) / sd
        return power_within(above, below, n, alpha=q.alpha, design=q.design)
    return None if q.effect is None else power(_distance(q) / sd, n, alpha=q.alpha, design=q.design)


def _distance(q: Question) -> float:
    """How far the effect lies beyond the margin."""
    distance = (q.effect or 0.0) - q.margin
    return distance if q.upward else -distance


def _between(chances: Sequence[float | None]) -> Interval:
    known = sorted(chance for chance in chances if chance is not None)
    return known[0], known[-1]
