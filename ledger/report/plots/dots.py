"""Points of trials as pictures: a metric against a parameter, and the spread of a metric in each arm."""

from __future__ import annotations

from typing import Any

import altair as alt

from ledger.analysis.points import Distribution, Scatter, Strip
from ledger.model.settings import Settings
from ledger.report.numbers import spread
from ledger.report.plots import style, words


def scatter(plot: Scatter, settings: Settings, title: str) -> Any:
    """A point a trial, a line through the means of the values."""
    shown = words.names(plot.groups)
    groups, categories = list(shown.values()), list(words.names(plot.categories).values())

    def at(x: float) -> float | str:
        return categories[int(x)] if categories else x

    dots = [{"x": at(d.x), "y": d.y, "group": shown[d.group], "trial": words.name(d.trial)} for d in plot.dots]
    means = [
        {"x": at(m.x), "y": m.summary.mean, "group": shown[m.group], "n": m.summary.n}
        for m in plot.means
    ]  # fmt: skip
    width = 560
    legend = style.legend(groups, width, symbol="circle") if len(groups) > 1 else None
    hue = style.colour(groups, legend=legend, field="group")
    x = _x(plot, categories, settings)
    y_title = words.with_unit(plot.metric, plot.metric, settings)
    height = alt.Scale(zero=False, **style.room(dot.y for dot in plot.dots))
    y = alt.Y("y:Q", title=y_title, scale=height, axis=alt.Axis(tickCount=6))
    points = alt.Chart(style.data(dots)).mark_circle(size=55, opacity=0.45)
    layers = [points.encode(x=x, y=y, color=hue, tooltip=["trial:N", alt.Tooltip("y:Q", format=".5~g")])]
    base = alt.Chart(style.data(means))
    tip = ["group:N", alt.Tooltip("y:Q", title="mean", format=".5~g"), "n:Q"]
    if not categories and len(means) > len(groups):
        layers.append(base.mark_line(strokeWidth=1.5).encode(x=x, y=y, color=hue))
    layers.append(
        base.mark_tick(thickness=3, width=26, opacity=1, orient="horizontal").encode(x=x, y=y, color=hue, tooltip=tip)
    )
    whole = alt.layer(*layers).properties(width=width, height=340)
    among = "of an experiment " if len(groups) > 1 else ""
    bar = f"; bar: mean of the trials {among}at that value" if means else ""
    return style.finished(whole, title, [f"circle: a trial{bar}"], width)


def _x(plot: Scatter, categories: list[str], settings: Settings) -> alt.X:
    title = words.with_unit(plot.against, plot.against, settings)
    if categories:
        return alt.X("x:N", title=title, sort=categories, axis=alt.Axis(labelAngle=0 if len(categories) < 8 else -40))
    values = sorted({d.x for d in plot.dots})
    # few values are all labelled: they are what was tried
    own: dict[str, Any] = {"values": values} if len(values) <= 8 else {"tickCount": 8}
    room = style.room(values, log=plot.log)
    scale = alt.Scale(type="log" if plot.log else "linear", zero=False, nice=False, **(room or {"padding": 20}))
    axis = alt.Axis(grid=False, format=".6~g", labelOverlap="greedy", **own)
    return alt.X("x:Q", title=f"{title} (log scale)" if plot.log else title, scale=scale, axis=axis)


def distribution(plot: Distribution, settings: Settings, title: str) -> Any:
    """A row an arm: every trial a circle, the box from quartile to quartile, a bar at the mean."""
    names = words.names(s.arm for s in plot.strips)
    labels = {s.arm: f"{names[s.arm]} (n={len(s.values)})" for s in plot.strips}
    order = list(labels.values())
    precision = settings.precision(plot.metric)
    low = min(value for s in plot.strips for _, value in s.values)
    high = max(value for s in plot.strips for _, value in s.values)
    dots = [
        {"arm": labels[s.arm], "x": value, "trial": words.name(trial), "offset": offset}
        for s in plot.strips
        for (trial, value), offset in zip(s.values, offsets(s, high - low), strict=True)
    ]
    sums = [
        {"arm": labels[s.arm], "mean": s.summary.mean, "text": spread(s.summary, precision),
         **({} if s.box is None else {"first": s.box[0], "third": s.box[2]})}
        for s in plot.strips
    ]  # fmt: skip
    step = 46 if len(order) <= 12 else 26
    scale = alt.Scale(zero=False, **(style.room((low, high)) or {"padding": 12}))
    x = alt.X("x:Q", title=words.with_unit(plot.metric, plot.metric, settings), scale=scale)
    y = alt.Y("arm:N", title=None, sort=order, axis=alt.Axis(labelLimit=0, ticks=False, domain=False, grid=False))
    places = alt.YOffset("offset:Q", scale=alt.Scale(domain=[-1, 1], range=[4, step - 4]))
    base = alt.Chart(style.data(sums))
    size = step * 0.6
    layers = []
    if any(s.box is not None for s in plot.strips):
        box = base.transform_filter("isValid(datum.first)").mark_bar(color="#e4e4e4", size=size)
        layers.append(box.encode(x=alt.X("first:Q", scale=scale), x2="third:Q", y=y))
    circles = alt.Chart(style.data(dots)).mark_circle(size=42, opacity=0.6, color=style.PALETTE[0])
    layers.append(circles.encode(x=x, y=y, yOffset=places, tooltip=["trial:N", alt.Tooltip("x:Q", format=".6~g")]))
    bars = base.mark_tick(thickness=2.5, opacity=1, size=size, color=style.PALETTE[1])
    layers.append(bars.encode(x="mean:Q", y=y, tooltip=["arm:N", "text:N"]))
    whole = alt.layer(*layers).properties(width=520, height=step * len(order))
    boxed = "; box: first to third quartile" if any(s.box is not None for s in plot.strips) else ""
    return style.finished(whole, title, [f"circle: a trial; bar: mean{boxed}"], 640)


def offsets(strip: Strip, span: float) -> list[float]:
    """Where each trial's circle stands across its row, from -1 to 1: values that would overlap stand apart."""
    order = sorted(range(len(strip.values)), key=lambda i: strip.values[i][1])
    found = [0.0] * len(order)
    ladder = (0.0, 0.4, -0.4, 0.8, -0.8, 0.2, -0.2, 0.6, -0.6)
    rung, last = 0, None
    for i in order:
        value = strip.values[i][1]
        rung = rung + 1 if last is not None and value - last <= 0.02 * span else 0
        found[i] = ladder[rung % len(ladder)]
        last = value
    return found
