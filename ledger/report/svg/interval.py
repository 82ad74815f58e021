"""What was found beside what was predicted: an estimate with its interval on a line, the margin marked."""

from __future__ import annotations

import math
from typing import Final

from ledger.model.prediction import Operator, Prediction
from ledger.model.verdict import Judged
from ledger.report.numbers import number, signed
from ledger.report.plots.canvas import around
from ledger.report.svg.drawing import Axes, Drawing, tick, wide
from ledger.report.verdict import fineness

_WIDE: Final = 400
_HIGH: Final = 112
_LINE: Final = 52


def interval(judged: Judged, prediction: Prediction | None, baseline: float | None) -> str | None:
    """The picture; None where there is no estimate to draw.

    `baseline` is the mean of what it is compared with, by which a relative margin becomes one in the metric's unit.
    """
    if judged.estimate is None or not math.isfinite(judged.estimate):
        return None
    ends = [end for end in judged.interval or () if math.isfinite(end)]
    bounds = [] if prediction is None else _bounds(prediction, baseline)
    compared = prediction is None or prediction.reference is not None
    values = [judged.estimate, *ends, *bounds, *([0.0] if compared else [])]
    drawing = Drawing(_WIDE, _HIGH, f"{judged.text}: {judged.outcome}", _said(judged))
    axes = Axes(drawing, (18, 24, _WIDE - 18, _HIGH - 30), around(values, margin=0.16), around([0.0, 1.0]))
    if prediction is not None and bounds:
        low, high = _holds(prediction, bounds)
        left = axes.left if low is None else axes.x(low)
        right = axes.right if high is None else axes.x(high)
        drawing.box(left, 24, right - left, _HIGH - 54, "holds")
        middle = min(max((left + right) / 2, axes.left + 60), axes.right - 60)
        drawing.text(middle, 18, "as predicted", "holds-label", anchor="middle")
        for bound in bounds:
            drawing.line(axes.x(bound), 20, axes.x(bound), _HIGH - 30, "margin")
    if compared:
        drawing.line(axes.x(0), 24, axes.x(0), _HIGH - 30, "zero")
    axes.draw_x(4, tick)
    if len(ends) == 2:
        drawing.interval(axes.x(ends[0]), axes.x(ends[1]), _LINE, 7)
    drawing.marker(axes.x(judged.estimate), _LINE, "estimate")
    show = signed if compared and judged.estimate else number
    label = show(judged.estimate, fineness(judged))
    at = min(max(axes.x(judged.estimate), axes.left + wide(label) / 2), axes.right - wide(label) / 2)
    drawing.text(at, _LINE - 12, label, "value", anchor="middle")
    drawing.text(_WIDE - 18, _HIGH - 1, "difference" if compared else "mean", "tick", anchor="end")
    return str(drawing)


def _said(judged: Judged) -> str:
    if judged.interval is None:
        return f"estimate {judged.estimate:.4g}, without an interval"
    low, high = judged.interval
    return f"estimate {judged.estimate:.4g}, interval {low:.4g} to {high:.4g}"


def _bounds(prediction: Prediction, baseline: float | None) -> list[float]:
    """Where the region in which the prediction holds begins or ends, in the unit of the estimate."""
    if prediction.reference is None:
        return [prediction.threshold or 0.0]
    margin = prediction.margin
    if prediction.relative:
        if baseline is None or not math.isfinite(baseline):
            return []
        margin *= baseline
    return [-abs(margin), abs(margin)] if prediction.operator is Operator.WITHIN else [margin]


def _holds(prediction: Prediction, bounds: list[float]) -> tuple[float | None, float | None]:
    """That region; None at a side that has no end."""
    if prediction.operator is Operator.WITHIN:
        return bounds[0], bounds[1]
    return (bounds[0], None) if prediction.higher_is_better else (None, bounds[0])
