"""A plane of characters to draw on: eight dots of braille a cell, marks above them, axes around.

Wide enough for what a terminal shows at a glance: a library for this would be larger than the rest of the plots, and
none draws a mean with its band.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from ledger.model.frozen import frozen
from ledger.report.text import clean, cut, harmless, pad, width

Span: TypeAlias = tuple[str, int | None]
"""A piece of text in one colour: a number of the 256 that terminals know, None for the terminal's own."""

Line: TypeAlias = list[Span]

# the bit of each dot in a cell of 2 by 4, from the top
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BLANK = 0x2800

_LARGEST = math.nextafter(math.inf, 0)


@frozen
class Range:
    """The values from one end of an axis to the other; `log`: logarithmic, both above zero."""

    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, from 0 to 1 within the range; in the middle where the range is a point."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log10(low), math.log10(high), math.log10(value)
        # halved, so that the widest range of numbers does not overflow
        span = high / 2 - low / 2
        return (at / 2 - low / 2) / span if span > 0 else 0.5

    def ticks(self, count: int) -> list[float]:
        """About this many round values within the range."""
        if self.log:
            decades = range(math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9) + 1)
            stride = max(1, -(-len(decades) // max(1, count)))
            return [10.0**k for k in list(decades)[::stride]]
        span = self.high - self.low
        if not math.isfinite(span) or span <= 0:
            return [self.low]
        raw = span / max(1, count)
        size = 10.0 ** math.floor(math.log10(raw)) if raw > 1e-300 else raw
        # the round step whose number of ticks comes nearest
        step = min((size * k for k in (1, 2, 5, 10)), key=lambda each: abs(math.log(each / raw)))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [k * step for k in range(first, last + 1)] or [self.low]


def around(values: Sequence[float], *, log: bool = False, margin: float = 0.0) -> Range:
    """The range of the values with a margin on both sides, as a share of it; a point gets some room."""
    low, high = min(values), max(values)
    if log and low > 0:
        first, last = math.log10(low), math.log10(high)
        more = (last - first) * margin if last > first else 0.5
        # a number cannot be smaller or larger than these
        return Range(low=10 ** max(first - more, -307), high=10 ** min(last + more, 308), log=True)
    room = (high - low) * margin if high > low else abs(low) * 0.1 or 1.0
    room = room if math.isfinite(room) else 0.0
    return Range(low=max(low - room, -_LARGEST), high=min(high + room, _LARGEST))


class Canvas:
    """Cells to draw on; (0, 0) is the top left one. What is drawn later lies above."""

    def __init__(self, columns: int, rows: int, x: Range, y: Range) -> None:
        self.columns, self.rows, self.x, self.y = columns, rows, x, y
        self._bits = [[0] * columns for _ in range(rows)]
        self._colours: list[list[int | None]] = [[None] * columns for _ in range(rows)]
        self._marks: dict[tuple[int, int], Span] = {}

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """The column and row of the cell that holds a point."""
        across, down = self._pixel(x, y)
        return across // 2, down // 4

    def line(self, points: Sequence[tuple[float, float]], colour: int | None) -> None:
        """Straight lines from point to point."""
        pixels = [self._pixel(x, y) for x, y in points]
        for pixel in pixels[:1]:
            self._set(*pixel, colour)
        for (x0, y0), (x1, y1) in pairwise(pixels):
            steps = max(abs(x1 - x0), abs(y1 - y0))
            for k in range(1, steps + 1):
                self._set(round(x0 + (x1 - x0) * k / steps), round(y0 + (y1 - y0) * k / steps), colour)

    def dots(self, points: Sequence[tuple[float, float]], colour: int | None, *, apart: int = 3) -> None:
        """The line through the points as single dots, for the edge of a band."""
        pixels = [self._pixel(x, y) for x, y in points]
        for (x0, y0), (x1, y1) in pairwise(pixels):
            for across in range(x0, x1):
                if across % apart == 0:
                    self._set(across, round(y0 + (y1 - y0) * (across - x0) / (x1 - x0)), colour)

    def mark(self, column: int, row: int, text: str, colour: int | None) -> None:
        """One character in a cell, above all dots."""
        if 0 <= column < self.columns and 0 <= row < self.rows:
            self._marks[column, row] = (text, colour)

    def lines(self) -> list[Line]:
        """What has been drawn, row by row."""
        return [[self._shown(column, row) for column in range(self.columns)] for row in range(self.rows)]

    def marked(self, column: int, row: int) -> str | None:
        """The mark in a cell."""
        found = self._marks.get((column, row))
        return None if found is None else found[0]

    def _shown(self, column: int, row: int) -> Span:
        bits = self._bits[row][column]
        return self._marks.get((column, row)) or (chr(_BLANK + bits) if bits else " ", self._colours[row][column])

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        across = round(self.x.share(x) * (2 * self.columns - 1))
        down = round((1 - self.y.share(y)) * (4 * self.rows - 1))
        return across, down

    def _set(self, across: int, down: int, colour: int | None) -> None:
        if 0 <= across < 2 * self.columns and 0 <= down < 4 * self.rows:
            self._bits[down // 4][across // 2] |= _DOTS[down % 4][across % 2]
            self._colours[down // 4][across // 2] = colour


def framed(
    canvas: Canvas,
    *,
    title: str,
    x_title: str,
    x_ticks: Sequence[tuple[float, str]] | None = None,
    margin: int | None = None,
) -> list[Line]:
    """The canvas with its axes: labels of the vertical one to the left, of the horizontal one below."""
    labels = {canvas.cell(canvas.x.low, value)[1]: text for value, text in labelled(canvas.y.ticks(canvas.rows // 3))}
    left = margin if margin is not None else max(map(width, labels.values()), default=0) + 1
    lines: list[Line] = [[(" " * (left + 1) + cut(title, canvas.columns), None)]] if title else []
    for row, drawn in enumerate(canvas.lines()):
        lines.append([(pad(labels.get(row, ""), left, right=True) + ("┤" if row in labels else "│"), None), *drawn])
    ticks = x_ticks if x_ticks is not None else labelled(canvas.x.ticks(max(2, canvas.columns // 12)))
    rule, below = ["─"] * canvas.columns, " " * canvas.columns
    for value, text in ticks:
        column = canvas.cell(value, canvas.y.low)[0]
        start = max(0, min(column - width(text) // 2, canvas.columns - width(text)))
        # a label that would touch another is left out
        if below[max(0, start - 1) : start + width(text) + 1].strip() == "" and width(text) <= canvas.columns:
            rule[column] = "┬"
            below = below[:start] + text + below[start + width(text) :]
    lines.append([(" " * left + "└" + "".join(rule), None)])
    lines.append([(" " * (left + 1) + below.rstrip(), None)])
    if x_title:
        named = cut(clean(x_title), canvas.columns)
        lines.append([(" " * (left + 1 + max(0, (canvas.columns - width(named)) // 2)) + named, None)])
    return lines


def labelled(values: Sequence[float]) -> list[tuple[float, str]]:
    """The values with their labels, in one number of digits."""
    if not values:
        return []
    largest = max(map(abs, values))
    apart = min((abs(b - a) for a, b in pairwise(values)), default=0) or largest or 1.0
    if largest >= 1e6 or largest < 1e-4 or (len(values) > 1 and values[0] > 0 and values[-1] / values[0] >= 100):
        for significant in range(4, 17):
            texts = [f"{value:.{significant}g}" for value in values]
            if len(set(texts)) == len(set(values)):
                break
        return list(zip(values, texts, strict=True))
    digits = max(0, min(8, -math.floor(math.log10(apart) + 1e-9)))
    return [(value, f"{value:.{digits}f}") for value in values]


def painted(lines: Sequence[Line], *, colour: bool) -> str:
    """The lines as text, with the terminal's colours or without; no blanks at the ends."""
    found = []
    for line in lines:
        text, present = "", None
        for piece, hue in _stripped(line):
            if colour and hue != present and piece.strip():
                text += "\x1b[0m" if hue is None else f"\x1b[38;5;{hue}m"
                present = hue
            # before the colours are put in, which are control characters too
            text += harmless(piece)
        found.append(text + ("\x1b[0m" if present is not None else ""))
    return "\n".join(found) + "\n"


def _stripped(line: Line) -> Line:
    kept = list(line)
    while kept and not kept[-1][0].strip():
        kept.pop()
    if kept:
        kept[-1] = (kept[-1][0].rstrip(), kept[-1][1])
    return kept


def beside(left: Sequence[Line], right: Sequence[Line], column: int) -> list[Line]:
    """Two drawings side by side, the right one from the given column on."""
    found = []
    for k in range(max(len(left), len(right))):
        line = list(left[k]) if k < len(left) else []
        taken = sum(width(text) for text, _ in line)
        found.append([*line, (" " * max(0, column - taken), None), *(right[k] if k < len(right) else [])])
    return found
