"""How much each parameter decides: a bar with its interval, grey where chance explains it."""

from __future__ import annotations

from typing import Final

from ledger.analysis.importance import Importance, Parameter
from ledger.report.numbers import percent
from ledger.report.plots.canvas import Range
from ledger.report.svg.drawing import Axes, Drawing, named, wide

_WIDE: Final = 560
_ROW: Final = 26
_TOP: Final = 8
# so many parameters are drawn: the table has all
MOST: Final = 20


def importance(found: Importance) -> str | None:
    """The picture of up to twenty parameters, the most important first; None where none is important."""
    rows = found.parameters[:MOST]
    if not any(one.important for one in rows):
        return None
    high = _TOP + _ROW * len(rows) + 30
    drawing = Drawing(_WIDE, high, f"what {found.metric} depends on", ", ".join(map(_said, rows)))
    names = min(200.0, max(wide(one.name) for one in rows)) + 10
    most = max(one.interval[1] for one in rows)
    axes = Axes(drawing, (names, _TOP, _WIDE - 20, high - 30), Range(low=0, high=most), Range(low=0, high=1))
    axes.draw_x(5, lambda value: percent(value) if value else "0")
    for at, (one, name) in enumerate(zip(rows, named([one.name for one in rows], names - 10), strict=True)):
        y = _TOP + _ROW * (at + 0.5)
        drawing.text(0, y + 4, name, "label")
        low, high_ = map(axes.x, one.interval)
        drawing.line(low, y, high_, y, "range")
        for end in (low, high_):
            drawing.line(end, y - 5, end, y + 5, "range")
        drawing.marker(axes.x(one.share), y, f"mark {'supported' if one.important else 'open'}", said=_said(one))
    return str(drawing)


def _said(one: Parameter) -> str:
    return f"{one.name}: {percent(one.share)}" if one.important else f"{one.name}: not told from chance"
