"""Learning curves as a picture: a facet a metric, a line with its band an arm."""

from __future__ import annotations

from typing import Any

import altair as alt

from ledger.analysis.bands import Bands, Facet
from ledger.model.settings import Settings
from ledger.report.plots import style, words


def chart(plot: Bands, settings: Settings, title: str) -> Any:
    """The picture of learning curves; where replicates end at different steps, with their number below."""
    shown = plot.arms[: style.MOST_ARMS]
    sizes = words.sizes(plot)
    labels = {arm: f"{name} (n={sizes[arm]})" for arm, name in words.names(shown).items()}
    columns, width, height = _layout(len(plot.facets))
    total = columns * width + (columns - 1) * 70
    legend = style.legend(list(labels.values()), total) if len(shown) > 1 else None
    # the title of its axis names the metric of a single facet: above it is the legend's place
    heading = len(plot.facets) > 1
    size = (width, height)
    facets = [_facet(facet, labels, settings, legend, size, heading=heading) for facet in plot.facets]
    whole = facets[0] if len(facets) == 1 else alt.concat(*facets, columns=columns)
    subtitle = [*words.lone(plot), words.meaning(plot)]
    if len(shown) < len(plot.arms):
        subtitle.append(f"{len(plot.arms) - len(shown)} more arms are not drawn")
    return style.finished(whole, title, subtitle, total)


def _layout(count: int) -> tuple[int, int, int]:
    """Columns, and width and height of a facet in pixels."""
    return {1: (1, 600, 340), 2: (2, 400, 280), 4: (2, 400, 260)}.get(count, (3, 320, 230))


def _facet(
    facet: Facet,
    labels: dict[str, str],
    settings: Settings,
    legend: alt.Legend | None,
    size: tuple[int, int],
    *,
    heading: bool,
) -> Any:
    width, height = size
    rows: list[dict[str, Any]] = [
        {
            "arm": labels[line.arm], "line": f"{line.arm} {line.trial or ''}", "x": at.x, "mean": at.mean, "n": at.n,
            **({} if at.low is None else {"low": at.low, "high": at.high}),
            **({} if line.trial is None else {"trial": words.name(line.trial)}),
        }
        for line in facet.lines
        if line.arm in labels
        for at in line.levels
    ]  # fmt: skip
    whole_numbers = all(float(row["x"]).is_integer() for row in rows)
    steps: dict[str, Any] = {"tickMinStep": 1} if whole_numbers else {}
    room = style.room(row["x"] for row in rows)
    only: dict[str, Any] = {"values": [rows[0]["x"]]} if room else {"tickCount": width // 60}
    axis = alt.Axis(grid=False, **only, **steps)
    along = alt.Scale(zero=False, nice=False, **room)
    x = alt.X("x:Q", title=words.x_title(facet), scale=along, axis=axis)
    # below the lines stands how many replicates have each step, where not all have
    counted = len(labels) <= len(style.PALETTE) and any(line.falls for line in facet.lines)
    above = x if not counted else x.title(None).axis(alt.Axis(grid=False, labels=False, ticks=False))
    y_title = words.y_title(facet, settings) if heading else words.facet_title(facet, settings)
    ends = [row[end] for row in rows for end in ("mean", "low", "high") if end in row]
    scale = alt.Scale(zero=False, nice=False, **(style.room(ends) or {"padding": 8}))
    y = alt.Y("mean:Q", title=style.wrapped(y_title, height // 7), scale=scale)
    names = list(labels.values())
    hue, stroke = style.colour(names, legend=legend), style.dash(names, legend=legend)
    base = alt.Chart(style.data(rows))
    # where a line is a single trial's there is no band, and thinner lines
    single = any(line.trial is not None for line in facet.lines)
    tooltip = [alt.Tooltip("arm:N"), alt.Tooltip("x:Q", title=words.x_title(facet)),
               alt.Tooltip("mean:Q", title=words.name(facet.metric), format=".5~g"), alt.Tooltip("n:Q")]  # fmt: skip
    layers = []
    if any("low" in row for row in rows):
        # n rows without a band leave a gap
        layers.append(
            base.transform_filter("isValid(datum.low)")
            .mark_area(opacity=0.2)
            .encode(x=above, y=alt.Y("low:Q"), y2="high:Q", color=hue, detail="line:N")
        )
    lines = base.mark_line(strokeWidth=1 if single else 2, opacity=0.7 if single else 1, clip=True)
    layers.append(lines.encode(x=above, y=y, color=hue, detail="line:N", tooltip=tooltip, **_dashed(names, stroke)))
    # a line of one step is a dot, and its band a stroke
    lone = {f"{line.arm} {line.trial or ''}" for line in facet.lines if len(line.levels) == 1}
    if lone:
        strokes = [row for row in rows if row["line"] in lone and "low" in row]
        if strokes:
            bars = alt.Chart(style.data(strokes)).mark_rule(strokeWidth=2, opacity=0.45)
            layers.append(bars.encode(x=above, y=alt.Y("low:Q"), y2="high:Q", color=hue))
        layers.append(base.mark_point(filled=True, size=40).encode(x=above, y=y, color=hue, tooltip=tooltip))
    if heading:
        layers.append(_heading(facet))
    main = alt.layer(*layers).properties(width=width, height=height)
    if not counted:
        return main
    most = max(row["n"] for row in rows)
    n = alt.Y("n:Q", title="n", scale=alt.Scale(domain=[0, most], nice=False, padding=2),
              axis=alt.Axis(values=[0, most], format="d", grid=False))  # fmt: skip
    below = base.mark_line(interpolate="step-after", strokeWidth=1.5).encode(x=x, y=n, color=hue)
    return alt.vconcat(main, below.properties(width=width, height=36), spacing=8)


def _dashed(names: list[str], stroke: alt.StrokeDash) -> dict[str, Any]:
    return {"strokeDash": stroke} if len(names) > len(style.PALETTE) else {}


def _heading(facet: Facet) -> Any:
    """The metric above its facet: as a mark, since titles stand higher where a label of the axis is in their way."""
    text = alt.Chart(style.data([{"text": words.name(facet.metric)}]))
    shown = text.mark_text(align="left", baseline="bottom", dy=-12, fontSize=12, fontWeight="bold", color=style.INK)
    return shown.encode(x=alt.value(0), y=alt.value(0), text="text:N")
