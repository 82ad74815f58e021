"""What each group of the data adds to a metric: an estimate with its interval on a line, none marked."""

from __future__ import annotations

import math
from typing import Final

from ledger.analysis.ablation.answer import Ablation, GroupEffect, Label
from ledger.report import ablate_words
from ledger.report.plots.canvas import Range, around
from ledger.report.svg.drawing import Axes, Drawing, named, tick, wide

_WIDE: Final = 640
_ROW: Final = 26
_TOP: Final = 26
# how many groups are drawn: the page's table has all
MOST: Final = 30
# of what a group does: the class of its mark, and the mark
_KINDS: Final = {Label.HELPS: ("supported", 3), Label.HARMS: ("refuted", 1), Label.UNCLEAR: ("open", 0)}


def effects(found: Ablation) -> str | None:
    """The picture, of more than thirty groups with the largest effects; None where no effect is known."""
    rows = [one for one in found.groups if one.effect is not None and math.isfinite(one.effect)]
    if not rows:
        return None
    largest = sorted(rows, key=lambda one: -abs(one.effect or 0.0))[:MOST]
    rows = [one for one in rows if one in largest]
    values = [0.0, *(value for one in rows for value in (one.effect or 0.0, *_ends(one)))]
    high = _TOP + _ROW * len(rows) + 44
    drawing = Drawing(_WIDE, high, ablate_words.title(found), ablate_words.answer(found))
    drawing.text(0, 12, ablate_words.title(found), "head", room=_WIDE)
    names = min(200.0, max(wide(_name(one)) for one in rows)) + 10
    numbers = max(wide(ablate_words.effect(found, one)) for one in rows) + 14
    axes = Axes(drawing, (names, _TOP, _WIDE - numbers, high - 40), around(values, margin=0.06), Range(low=0, high=1))
    drawing.line(axes.x(0), _TOP, axes.x(0), axes.bottom, "zero")
    axes.draw_x(5, tick)
    drawing.text(axes.right, high - 6, f"adds to {found.metric}", "tick", anchor="end", room=_WIDE / 2)
    for at, (one, name) in enumerate(zip(rows, named([_name(one) for one in rows], names - 10), strict=True)):
        drawing.text(0, _TOP + _ROW * (at + 0.5) + 4, name, "label")
        _row(drawing, axes, found, one, _TOP + _ROW * (at + 0.5))
    return str(drawing)


def meaning(found: Ablation) -> str:
    """What the marks are."""
    more = sum(one.effect is not None for one in found.groups) - MOST
    rest = f" {more} groups of smaller effects are only in the table." if more > 0 else ""
    return (
        "▲ helps, ■ harms, ○ not distinguishable from no effect. Each line is the 90% interval of what a "
        f"{found.word} adds.{rest}"
    )


def _row(drawing: Drawing, axes: Axes, found: Ablation, one: GroupEffect, y: float) -> None:
    kind, shape = _KINDS[one.label]
    ends = _ends(one)
    if ends:
        low, high = map(axes.x, ends)
        drawing.interval(low, high, y, 5)
    number = ablate_words.effect(found, one)
    said = f"{_name(one)}: {number}, {_said(one)}"
    drawing.marker(axes.x(one.effect or 0.0), y, f"mark {kind}", shape, said=said)
    drawing.text(_WIDE, y + 4, number, "value" if one.label is not Label.UNCLEAR else "tick", anchor="end")


def _ends(one: GroupEffect) -> tuple[float, float] | tuple[()]:
    """The interval, where both ends can be drawn."""
    found = one.interval
    return () if found is None or not all(map(math.isfinite, found)) else found


def _name(one: GroupEffect) -> str:
    return f"{one.name} {one.title}".strip()


def _said(one: GroupEffect) -> str:
    return "not distinguishable from no effect" if one.label is Label.UNCLEAR else one.label.value
