"""Intervals as lines of characters below one another, on one scale: a forest plot that stands in a table.

-5%    0        +10%
       │  ├──●─┊─┤        an interval, its estimate, and what was predicted
    ├──┼●──┤              one that holds zero
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from ledger.model.frozen import frozen

WIDTH: Final = 27
ZERO, MARGIN, POINT, LINE = "│", "┊", "●", "─"
# what a scale ends at, times a power of ten
_ENDS: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
# beyond these powers of ten nothing is drawn
_MOST: Final = 250.0


@frozen
class Whisker:
    """An estimate with its interval, and the margins that were predicted; None where there is none.

    What is not finite is not drawn, but for the ends of an interval, which then goes on beyond the scale.
    """

    estimate: float | None
    interval: tuple[float, float] | None = None
    margins: tuple[float, ...] = ()

    @property
    def reach(self) -> tuple[float, ...]:
        """All numbers that can be drawn."""
        return tuple(_finite((self.estimate, *(self.interval or ()), *self.margins)))


@frozen
class ForestScale:
    """From where to where the lines go; zero is within."""

    low: float
    high: float

    def place(self, value: float) -> int:
        """The column of a value, one beyond either end where it is not on the scale."""
        if value < self.low:
            return -1
        if value > self.high:
            return WIDTH
        return round((value - self.low) / (self.high - self.low) * (WIDTH - 1))

    @property
    def head(self) -> str:
        """The ends and zero, each where it is, in as many characters as a line has; no zero that would touch an end."""
        ends = [_percent(self.low) if self.low else "", _percent(self.high) if self.high else ""]
        marks = [" "] * WIDTH
        marks[: len(ends[0])] = ends[0]
        marks[WIDTH - len(ends[1]) :] = ends[1]
        zero = self.place(0.0)
        if all(c == " " for c in marks[max(0, zero - 1) : zero + 2]):
            marks[zero] = "0"
        return "".join(marks)


def scale(first: Sequence[Whisker], others: Sequence[Whisker] = ()) -> ForestScale:
    """A scale on which the `first` lines are whole, and half of the others."""
    reach = [value for line in first for value in line.reach]
    sizes = sorted(max(map(abs, line.reach)) for line in (*first, *others) if line.reach)
    middle = sizes[len(sizes) // 2] if sizes else 0.0
    reach += [value for line in others for value in line.reach if abs(value) <= middle]
    low, high = _end(min([0.0, *reach])), _end(max([0.0, *reach]))
    return ForestScale(low=low, high=high) if low < high else ForestScale(low=-1.0, high=1.0)


def drawn(line: Whisker, on: ForestScale) -> str:
    """The line in `WIDTH` characters; nothing where it has no number."""
    if line.estimate is None or math.isnan(line.estimate) or any(map(math.isnan, line.interval or ())):
        return ""
    marks = [" "] * WIDTH
    marks[on.place(0.0)] = ZERO
    low, high = line.interval or (line.estimate, line.estimate)
    start, end, point = on.place(low), on.place(high), on.place(line.estimate)
    margins = {on.place(margin) for margin in _finite(line.margins)}
    for at in margins:
        if 0 <= at < WIDTH:
            marks[at] = MARGIN
    for at in range(max(0, start), min(WIDTH - 1, end) + 1):
        if line.interval is not None:
            marks[at] = {ZERO: "┼", MARGIN: MARGIN}.get(marks[at], LINE)
    if line.interval is not None and end > start:
        marks[min(max(start, 0), WIDTH - 1)] = "├" if start >= 0 else "<"
        marks[min(max(end, 0), WIDTH - 1)] = "┤" if end < WIDTH else ">"
    if 0 <= point < WIDTH:
        marks[point] = POINT
    elif line.interval is None or not 0 <= start <= end < WIDTH:
        marks[0 if point < 0 else WIDTH - 1] = "<" if point < 0 else ">"
    return "".join(marks)


def _finite(values: Iterable[float | None]) -> Iterable[float]:
    return (value for value in values if value is not None and abs(value) < 10.0**_MOST)


def _end(value: float) -> float:
    """The next round number that is as far from zero, or farther."""
    if not value:
        return 0.0
    power = 10.0 ** math.floor(math.log10(abs(value)))
    if not power or not abs(value) / power:
        return 0.0
    size = next(end for end in (*_ENDS, 100.0) if end * power >= abs(value))
    return math.copysign(size * power, value)


def _percent(value: float) -> str:
    return f"{100 * value:+.4g}%"
