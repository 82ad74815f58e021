"""How much each parameter decides: a bar with its interval, an empty one where chance explains it."""

from __future__ import annotations

from typing import Final

from ledger.analysis.importance import Importance, Parameter
from ledger.report.numbers import percent
from ledger.report.plots.canvas import Range
from ledger.report.svg.drawing import Axes, Drawing, named, wide

_WIDE: Final = 560
_ROW: Final = 26
_BAR: Final = 15
_TOP: Final = 8
# how many parameters are drawn: the table has all
MOST: Final = 20


def importance(found: Importance, *, always: bool = False) -> str | None:
    """The picture of up to twenty parameters, the most important first; None where none is important.

    `always`: such a picture too, in which all are open.
    """
    rows = found.parameters[:MOST]
    if not (always or any(one.important for one in rows)):
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
        kind = "part" if one.important else "part none"
        drawing.box(axes.left, y - _BAR / 2, axes.x(one.share) - axes.left, _BAR, kind, said=_said(one))
        low, far = map(axes.x, one.interval)
        drawing.interval(low, far, y, 4)
    return str(drawing)


def _said(one: Parameter) -> str:
    return f"{one.name}: {percent(one.share)}" if one.important else f"{one.name}: not distinguishable from chance"
