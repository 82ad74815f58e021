"""Curves of trials: a facet a metric, for each arm the mean over its replicates with a band around it."""

from __future__ import annotations

import math
from typing import Final

from ledger.analysis.bands import Bands, Facet, StepBand
from ledger.model.settings import Settings
from ledger.report.plots import words
from ledger.report.plots.canvas import Range, around
from ledger.report.svg.drawing import Axes, Drawing, arm, tick, wide

_WIDE: Final = 340
_HIGH: Final = 210
# how many decades of positive values are shown on a logarithmic axis
_DECADES: Final = 2.5


def curves(plot: Bands, settings: Settings, *, log: bool = False) -> tuple[str, ...]:
    """A picture for each facet. `log`: vertical axes are logarithmic where values span more than 2.5 decades."""
    return tuple(_facet(facet, plot, settings, log=log) for facet in plot.facets)


def _facet(facet: Facet, plot: Bands, settings: Settings, *, log: bool) -> str:
    title = words.facet_title(facet, settings)
    places = {name: number for number, name in enumerate(plot.arms)}
    levels = [level for line in facet.lines for level in line.levels]
    said = f"{title} over {words.x_title(facet)}, {len(facet.lines)} lines: {', '.join(map(words.name, places))}"
    drawing = Drawing(_WIDE, _HIGH, title, said)
    drawing.text(0, 12, title, "head", room=_WIDE)
    values = [v for level in levels for v in (level.mean, level.low, level.high) if v is not None and math.isfinite(v)]
    if not values:
        drawing.text(0, 40, "no finite value", "tick")
        return str(drawing)
    y = _range(values, log=log)
    x = around([level.x for level in levels])
    left = max(wide(tick(value)) for value in y.ticks(4)) + 10
    axes = Axes(drawing, (left, 24, _WIDE - 12, _HIGH - 36), x, y)
    axes.draw_y(4, tick)
    axes.draw_x(5, tick, whole=all(level.x.is_integer() for level in levels))
    drawing.text(_WIDE - 12, _HIGH - 4, words.x_title(facet), "tick", anchor="end", room=_WIDE / 2)
    for line in facet.lines:
        shown = [level for level in line.levels if not y.log or level.mean > 0]
        drawing.path(_band(shown, axes, y), f"band {arm(places[line.arm])}", closed=True)
    for line in facet.lines:
        kind = arm(places[line.arm])
        points = axes.at((level.x, level.mean) for level in line.levels if not y.log or level.mean > 0)
        if len(points) == 1:
            drawing.marker(*points[0], f"mark {kind}", places[line.arm])
        drawing.path(points, f"curve {kind}" + (" one" if line.trial is not None else ""))
    return str(drawing)


def _range(values: list[float], *, log: bool) -> Range:
    positive = min(values) > 0
    if log and positive and math.log10(max(values)) - math.log10(min(values)) > _DECADES:
        return around(values, log=True, margin=0.05)
    return around(values, margin=0.05)


def _band(levels: list[StepBand], axes: Axes, y: Range) -> list[tuple[float, float]]:
    """The outline of a band: along its upper edge, and back along the lower."""
    known = [(one.x, one.low, one.high) for one in levels if one.low is not None and one.high is not None]
    if len(known) < 2:
        return []
    upper = [(x, high) for x, _, high in known]
    lower = [(x, max(low, y.low) if y.log else low) for x, low, _ in reversed(known)]
    return axes.at([*upper, *lower])
