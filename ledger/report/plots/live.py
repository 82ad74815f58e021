"""The chart of series that a page draws on demand: one specification for all pages, over data that each page names."""

from __future__ import annotations

from typing import Any

import altair as alt

from ledger.report.plots import style

LINES = "lines"
"""The name of the data: rows of `arm`, `x`, `mean`, `low`, `high` and `n`."""

AT = "at"
"""The name of other data: one row, `x` of the values that are read out, and in `shown` 1 where a line marks them."""

ZOOM = "zoom"
"""What zooms: of this name and `_x` and `_low` are the signals that hold the ends of both axes."""


def series(*, log: bool) -> dict[str, Any]:
    """The specification, as Vega-Lite: a line with its band an arm, zoomed with the wheel, moved by dragging."""
    scale = alt.Scale(type="log") if log else alt.Scale(zero=False)
    x = alt.X("x:Q", title=None, scale=alt.Scale(zero=False, nice=False))
    y = alt.Y("mean:Q", title=None, scale=scale)
    hue = alt.Color("arm:N", sort=None, legend=None, scale=alt.Scale(range=list(style.PALETTE)))
    dash = alt.StrokeDash("arm:N", sort=None, legend=None, scale=alt.Scale(range=[list(d) for d in style.DASHES]))
    told = [alt.Tooltip("arm:N"), alt.Tooltip("x:Q"), alt.Tooltip("mean:Q", format=".6~g"), alt.Tooltip("n:Q")]
    base = alt.Chart(alt.NamedData(name=LINES))
    band = base.transform_filter("isValid(datum.low)").mark_area(opacity=0.2)
    lines = base.mark_line(strokeWidth=2, clip=True)
    shown = alt.Opacity("shown:Q", scale=None, legend=None)
    rule = alt.Chart(alt.NamedData(name=AT)).mark_rule(strokeDash=[2, 2]).encode(x=x, opacity=shown)
    points = base.mark_point(filled=True, size=30, clip=True)
    chart = alt.layer(
        band.encode(x=x, y=alt.Y("low:Q", title=None, scale=scale), y2="high:Q", color=hue, detail="line:N"),
        lines.encode(x=x, y=y, color=hue, strokeDash=dash, detail="line:N"),
        points.encode(x=x, y=y, color=hue, tooltip=told),
        rule,
    )
    found: dict[str, Any] = chart.properties(width="container", height=260).interactive(name=ZOOM).to_dict()
    return found
