"""The values of a metric by arm: a mark a trial, and mean with standard deviation beside them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

from ledger.report.plots.canvas import around
from ledger.report.svg.drawing import Axes, Drawing, arm, named, tick, wide
from ledger.report.text import clean, width
from ledger.stats.summary import summarise

_WIDE: Final = 340
_HIGH: Final = 210
# a name takes so many lines at most, each so high
_LINES: Final = 4
_LINE: Final = 13
# about how wide a letter is, as a share of the size of its font
_LETTER: Final = 0.56
# more arms are not told apart
MOST: Final = 8
# of more values of an arm so many are drawn
_MARKS: Final = 80
# an end of a spread beyond this is not drawn: a scale over such numbers has no ticks
_FAR: Final = 1e300


def distribution(metric: str, arms: Mapping[str, Mapping[str, float]], *, paired: bool) -> str | None:
    """The picture of at most eight arms, by name the value of each replicate; None where no value is finite.

    `paired`: equal replicates of two arms are joined by lines.
    """
    shown = {name: {at: v for at, v in of.items() if math.isfinite(v)} for name, of in list(arms.items())[:MOST]}
    values = [value for of in shown.values() for value in of.values()]
    if not values:
        return None
    means = {name: summarise(list(of.values())) for name, of in shown.items()}
    said = "; ".join(
        f"{name}: n = {m.n}" + (f", mean {m.mean:.4g}" if m.n and m.mean is not None else "")
        for name, m in means.items()
    )
    ends = [m.mean + side * (m.sd or 0.0) for m in means.values() if m.mean is not None for side in (-1, 1)]
    y = around([*values, *(end for end in ends if abs(end) < _FAR)], margin=0.08)
    left = max(wide(tick(value)) for value in y.ticks(4)) + 10
    room = (_WIDE - 12 - left) / len(shown)
    labels = _labels(list(shown), room)
    below = _HIGH + _LINE * (max(map(len, labels)) - 1)
    drawing = Drawing(_WIDE, below, f"{metric} by arm", said)
    drawing.text(0, 12, metric, "head", room=_WIDE)
    axes = Axes(drawing, (left, 24, _WIDE - 12, _HIGH - 38), around([-0.5, len(shown) - 0.5]), y)
    axes.draw_y(4, tick)
    drawing.line(axes.left, axes.bottom, axes.right, axes.bottom, "axis")
    apart = min(room * 0.14, 26)
    places = {name: axes.x(number) for number, name in enumerate(shown)}
    if paired and len(shown) == 2:
        (a, first), (b, second) = shown.items()
        for at, _ in _drawn(first):
            if at not in second:
                continue
            drawing.line(places[a] - apart, axes.y(first[at]), places[b] - apart, axes.y(second[at]), "pair")
    for number, (name, of) in enumerate(shown.items()):
        kind, x = arm(number), places[name]
        for at, value in _drawn(of):
            drawing.marker(x - apart, axes.y(value), f"mark {kind}", number, said=f"{name} {at}: {value:.6g}")
        mean = means[name]
        if mean.mean is not None:
            spread = mean.sd or 0.0
            drawing.line(
                x + apart,
                axes.y(max(mean.mean - spread, y.low)),
                x + apart,
                axes.y(min(mean.mean + spread, y.high)),
                f"range {kind}",
            )
            drawing.line(x + apart - 8, axes.y(mean.mean), x + apart + 8, axes.y(mean.mean), f"range {kind}")
        for line, text in enumerate([*labels[number], f"n = {mean.n}"]):
            drawing.text(x, _HIGH - 20 + line * _LINE, text, "tick", anchor="middle")
    return str(drawing)


def _labels(names: Sequence[str], room: float) -> list[list[str]]:
    """The names in this many units of width each: on a few lines where that shows them whole, else cut to one."""
    cleaned = [clean(name) for name in names]
    columns = int(room / (11 * _LETTER))
    lines = [_wrapped(name, columns) for name in cleaned]
    if all(len(each) <= _LINES and max(map(width, each)) <= columns for each in lines):
        return lines
    return [[name] for name in named(names, room)]


def _wrapped(name: str, columns: int) -> list[str]:
    """The name on lines of at most this many columns, broken behind hyphens and the like; longer parts stay whole."""
    lines = [""]
    for part in re.findall(r".+?(?:[-_./ ]+|$)", name):
        if lines[-1] and width(lines[-1] + part.rstrip()) > columns:
            lines.append("")
        lines[-1] += part
    return [line.rstrip() for line in lines]


def _drawn(of: Mapping[str, float]) -> list[tuple[str, float]]:
    """The values that are drawn: all, or of many as many at equal steps of their order, both ends with them."""
    if len(of) <= _MARKS:
        return list(of.items())
    ordered = sorted(of.items(), key=lambda pair: pair[1])
    return [ordered[round(step * (len(ordered) - 1) / (_MARKS - 1))] for step in range(_MARKS)]
