"""The best value of a metric so far, over time, with who set it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ledger.report.plots.canvas import Range, around
from ledger.report.svg.drawing import Axes, Drawing, tick, wide

_WIDE: Final = 560
_HIGH: Final = 220


def best(metric: str, steps: Sequence[tuple[datetime, float, str, str]], until: datetime) -> str:
    """The picture of at least one step: when, how good, which experiment set it, and the address of its page."""
    last = steps[-1]
    said = f"{len(steps)} times set; last by {last[2]} on {last[0]:%Y-%m-%d}: {last[1]:.4g}"
    drawing = Drawing(_WIDE, _HIGH, f"best {metric} so far", said)
    y = around([value for _, value, *_ in steps], margin=0.12)
    left = max(wide(tick(value)) for value in y.ticks(4)) + 10
    begin, end = steps[0][0].timestamp(), max(until, last[0]).timestamp()
    day = 86400.0
    x = Range(low=begin - day / 2, high=max(end, begin + day))
    axes = Axes(drawing, (left, 14, _WIDE - 16, _HIGH - 26), x, y)
    axes.draw_y(4, tick)
    drawing.line(axes.left, axes.bottom, axes.right, axes.bottom, "axis")
    for at, anchor in ((x.low + day / 2, "start"), (x.high, "end")):
        label = datetime.fromtimestamp(at, steps[0][0].tzinfo).strftime("%Y-%m-%d")
        drawing.text(axes.left if anchor == "start" else axes.right, _HIGH - 8, label, "tick", anchor=anchor)
    line: list[tuple[float, float]] = []
    for when, value, *_ in steps:
        if line:
            line.append((axes.x(when.timestamp()), line[-1][1]))
        line.append((axes.x(when.timestamp()), axes.y(value)))
    drawing.path([*line, (axes.right, line[-1][1])], "curve arm-1")
    for when, value, name, address in steps:
        _mark(drawing, axes, when, value, name, address)
    at = axes.x(last[0].timestamp())
    anchor = "end" if at > _WIDE / 2 else "start"
    above = axes.y(last[1]) - 10 if axes.y(last[1]) > 34 else axes.y(last[1]) + 18
    # beside the line that leads up to the last
    drawing.text(
        at + (6 if anchor == "start" else -6), above, f"{last[2]} {last[1]:.4g}", "value", anchor=anchor, room=_WIDE / 2
    )
    return str(drawing)


def _mark(drawing: Drawing, axes: Axes, when: datetime, value: float, name: str, address: str) -> None:
    said = f"{name}: {value:.6g}, {when:%Y-%m-%d}"
    drawing.linked(
        address,
        lambda: drawing.marker(axes.x(when.timestamp()), axes.y(value), "mark arm-1", said=said),
    )
