"""A metric by what was trained on and what it was measured on: a shade and a number a cell."""

from __future__ import annotations

import math
from typing import Final

from ledger.analysis.matrix.answer import Matrix
from ledger.model.settings import Settings
from ledger.report import matrix_words
from ledger.report.numbers import fineness, number, spread
from ledger.report.svg.drawing import Drawing, named, wide
from ledger.stats.summary import Summary

_CELL: Final = (104, 44)
_TOP: Final = 60
_NAMES: Final = 160.0
# of more rows or columns the last are drawn: the newest
MOST_ROWS: Final = 24
MOST_COLUMNS: Final = 12
# how many shades there are
SHADES: Final = 8


def cells(found: Matrix, settings: Settings) -> str | None:
    """The picture; None where no cell has a finite mean."""
    rows = list(zip(found.rows, found.cells, strict=True))[-MOST_ROWS:]
    names = found.columns[-MOST_COLUMNS:]
    means = [mean for _, line in rows for cell in line[-MOST_COLUMNS:] if (mean := _mean(cell)) is not None]
    if not means:
        return None
    precision = settings.precision(found.metric)
    if precision is None:
        precision = fineness(*(cell for _, line in rows for cell in line))
    left = min(_NAMES, max(wide(name) for name, _ in rows)) + 12
    across, down = _CELL
    size = left + across * len(names), _TOP + down * len(rows) + 4
    drawing = Drawing(max(*size[:1], 320), size[1], matrix_words.title(found), matrix_words.answer(found)[0])
    drawing.text(0, 12, found.metric, "head", room=left + across)
    drawing.text(0, 30, "trained on ↓   measured on →", "tick")
    for at, name in enumerate(named(names, across - 8)):
        drawing.text(left + across * (at + 0.5), _TOP - 10, name, "label", anchor="middle")
    shown = named([name for name, _ in rows], left - 8)
    low, high = min(means), max(means)
    for down_at, (name, line) in enumerate(rows):
        y = _TOP + down * down_at
        drawing.text(0, y + down / 2 + 4, shown[down_at], "label")
        for at, (column, cell) in enumerate(zip(names, line[-MOST_COLUMNS:], strict=True)):
            x = left + across * at
            mean = _mean(cell)
            if mean is None:
                drawing.box(x, y, across - 2, down - 2, "heat none")
                drawing.text(x + across / 2, y + down / 2 + 4, "-", "tick", anchor="middle")
                continue
            said = f"trained on {name}, measured on {column}: {spread(cell, precision)}"
            drawing.box(x, y, across - 2, down - 2, f"heat heat-{_shade(mean, low, high, found.sign)}", said=said)
            drawing.text(x + across / 2, y + 19, number(mean, precision), "value", anchor="middle")
            drawing.text(x + across / 2, y + 34, _beside(cell, precision), "tick on", anchor="middle")
    return str(drawing)


def meaning(found: Matrix) -> str:
    """What the shades are."""
    more = [
        f"{count - most} {of} before these are only in the table"
        for of, count, most in (("rows", len(found.rows), MOST_ROWS), ("columns", len(found.columns), MOST_COLUMNS))
        if count > most
    ]
    rest = f" {'; '.join(more)}." if more else ""
    return (
        f"The stronger the colour, the better: mean, with the standard deviation and the number of trials below.{rest}"
    )


def _mean(cell: Summary) -> float | None:
    return cell.mean if cell.n and cell.mean is not None and math.isfinite(cell.mean) else None


def _beside(cell: Summary, precision: int | None) -> str:
    return f"({cell.n})" if cell.sd is None else f"± {number(cell.sd, precision)} ({cell.n})"


def _shade(mean: float, low: float, high: float, sign: int) -> int:
    """How strong a cell's colour is: 0 for the worst, the last for the best, in the middle where all are alike."""
    # halved, so that the widest range of numbers does not overflow
    span = high / 2 - low / 2
    share = (mean / 2 - low / 2) / span if span > 0 else 0.5
    return round((share if sign > 0 else 1 - share) * (SHADES - 1))
