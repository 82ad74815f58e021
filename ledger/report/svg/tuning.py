"""A search for the best parameters: its trials one after the other with the best so far, and below them its values
over each parameter.
"""

from __future__ import annotations

import math
from typing import Final

from ledger.analysis.tuning.state import ArmState, TuneState, best_so_far
from ledger.model import space
from ledger.model.settings import Settings
from ledger.model.space import Dimension
from ledger.model.trial_names import short_names
from ledger.model.typed_values import format_value
from ledger.report.plots import words
from ledger.report.plots.canvas import Range, around
from ledger.report.svg.drawing import Axes, Drawing, named, tick, wide

_WIDE: Final = 640
_TOP: Final = 26
_BELOW: Final = 176
_BESIDE: Final = 3
_SLICE: Final = 128
_GAP: Final = 26
# how many parameters are drawn
_MOST: Final = 9
# and how many values beside an axis
_LABELS: Final = 4


def tuning(found: TuneState, settings: Settings) -> str | None:
    """The picture; None where no trial has a value."""
    values = [trial.value for trial in found.trials if trial.value is not None]
    if not values:
        return None
    dimensions = found.search.space.dimensions[:_MOST]
    title = words.with_unit(found.search.metric, found.search.metric, settings)
    rows = math.ceil(len(dimensions) / _BESIDE)
    drawing = Drawing(_WIDE, _BELOW + 40 + rows * (_SLICE + 34), f"{title} over the trials and over the parameters")
    drawing.text(0, 12, title, "head", room=_WIDE / 2)
    y = around(values, margin=0.1)
    left = max(wide(tick(value)) for value in y.ticks(4)) + 10
    _history(drawing, found, y, left)
    names = short_names([dimension.name for dimension in dimensions])
    across = (_WIDE - left - 12 - (_BESIDE - 1) * _GAP) / _BESIDE
    for number, (dimension, name) in enumerate(zip(dimensions, names, strict=True)):
        row, column = divmod(number, _BESIDE)
        at, top = left + column * (across + _GAP), _BELOW + 56 + row * (_SLICE + 34)
        box = (at, top, at + across, top + _SLICE - 30)
        axes = Axes(drawing, box, Range(low=-0.05, high=1.05), y)
        scale = ", by ratio" if isinstance(dimension.domain, space.Range) and dimension.domain.log else ""
        drawing.text(at, top - 6, f"{name}{scale}", "tick", room=across)
        _slice(drawing, axes, dimension, found, values=not column)
    return str(drawing)


def meaning(found: TuneState) -> str:
    """What the marks are."""
    said = ["Each dot is a trial"]
    said += ["a square one that repeats a configuration"] if found.replicates > 1 else []
    said += ["× one that failed"] if any(trial.value is None for trial in found.trials) else []
    line = "the line is the best so far" if found.replicates == 1 else "the line is the mean of the best so far"
    return f"{', '.join(said)}; {line}. Below, a diamond is the mean of the best, and a dot that of another."


def _history(drawing: Drawing, found: TuneState, y: Range, left: float) -> None:
    axes = Axes(drawing, (left, _TOP, _WIDE - 12, _BELOW), Range(low=0.0, high=len(found.trials) + 1.0), y)
    axes.draw_y(4, tick)
    axes.draw_x(6, tick, whole=True)
    bests = enumerate(best_so_far(found), 1)
    steps = [(number + half, level) for number, level in bests if level is not None for half in (-0.5, 0.5)]
    drawing.path(axes.at(steps), "curve level")
    seen: set[str] = set()
    for number, trial in enumerate(found.trials, 1):
        if trial.value is None:
            drawing.text(axes.x(number), _BELOW - 2, "×", "value", anchor="middle")
        else:
            shape, kind = (1, "mark arm-3") if trial.arm in seen else (0, "mark arm-1")
            said = f"{trial.arm}: {trial.value:.6g}"
            drawing.marker(axes.x(number), axes.y(trial.value), kind, shape, said=said)
        seen.add(trial.arm)
    drawing.text((left + _WIDE - 12) / 2, _BELOW + 34, "trial", "tick", anchor="middle")


def _slice(drawing: Drawing, axes: Axes, dimension: Dimension, found: TuneState, *, values: bool) -> None:
    """The means of the arms over one parameter, at those where it counts."""
    axes.draw_y(3, tick if values else lambda _: "")
    drawing.line(axes.left, axes.bottom, axes.right, axes.bottom, "axis")
    levels = dimension.domain.levels
    shown = levels if len(levels) <= _LABELS else (levels[0], levels[-1])
    labels = named([format_value(level) for level in shown], (axes.right - axes.left) / len(shown))
    for level, label in zip(shown, labels, strict=True):
        place = dimension.domain.place(level) or 0.0
        side = "start" if place == 0 else "end" if place == 1 else "middle"
        drawing.text(axes.x(place), axes.bottom + 15, label, "tick", anchor=side)
    for arm in sorted(found.arms, key=lambda arm: arm is found.best):
        _mark(drawing, axes, dimension, arm, best=arm is found.best)


def _mark(drawing: Drawing, axes: Axes, dimension: Dimension, arm: ArmState, *, best: bool) -> None:
    mean = arm.summary.mean
    if mean is None or dimension.name not in arm.configuration:
        return
    value = arm.configuration[dimension.name]
    place = dimension.domain.place(value)
    if place is not None:
        said = f"{arm.name}: {format_value(value)}, {mean:.6g}"
        kind, shape = ("mark arm-2", 2) if best else ("mark arm-1", 0)
        drawing.marker(axes.x(place), axes.y(mean), kind, shape, said=said)
