"""A metric over the versions of the data or the code: its trials, the step, and below how probable each place is."""

from __future__ import annotations

import json
from typing import Any

import altair as alt

from ledger.analysis.bisection.answer import Bisection, Fate
from ledger.model.settings import Settings
from ledger.report.bisect_words import answer
from ledger.report.plots import style, words
from ledger.report.plots.levels import levels

# wider pictures than this do not fit on a page
_WIDEST, _NARROWEST = 900, 420
_STEP = 26
# how many pixels the label of a version takes
_LABEL = 16


def chart(found: Bisection, settings: Settings, title: str) -> Any:
    """The picture of a bisection."""
    width = _width(found)
    room = alt.Scale(domain=[-0.6, len(found.versions) - 0.4], nice=False)
    above = _trials(found, settings, room).properties(width=width, height=280)
    below = _posterior(found, room).properties(width=width, height=90)
    return style.finished(alt.vconcat(above, below), title, [answer(found), meaning(found)], width)


def meaning(found: Bisection) -> str:
    """What the marks of the picture are."""
    said = ["circle: a trial"]
    said += ["diamond: a trial with a fresh seed"] if any(each.fresh for each in found.versions) else []
    said += (
        ["cross: the version cannot run"]
        if any(each.state in (Fate.FAILED, Fate.LACKING) for each in found.versions)
        else []
    )
    return "; ".join(said)


def _trials(found: Bisection, settings: Settings, room: alt.Scale) -> Any:
    values = [value for each in found.versions for value in (*each.values, *each.fresh)]
    dots = [
        {"x": at, "y": value, "version": words.name(f"{each.name} {each.subject}"), "kind": kind}
        for at, each in enumerate(found.versions)
        for kind, values in (("search", each.values), ("fresh", each.fresh))
        for value in values
    ]
    height = alt.Scale(zero=False, **style.room(values))
    x = alt.X("x:Q", scale=room, title=None, axis=alt.Axis(labels=False, ticks=False, grid=False))
    named = words.with_unit(found.metric, found.metric, settings)
    y = alt.Y("y:Q", title=named, scale=height, axis=alt.Axis(tickCount=6))
    layers = []
    drawn = levels(found)
    if drawn:
        rows = [{"x": x, "y": y, "line": str(number)} for number, line in enumerate(drawn) for x, y in line]
        line = alt.Chart(style.data(rows)).mark_line(strokeWidth=2, color=style.PALETTE[1])
        layers.append(line.encode(x=x, y=y, detail="line:N"))
    points = alt.Chart(style.data(dots))
    tip = ["version:N", alt.Tooltip("y:Q", format=".5~g")]
    for kind, mark in (("search", "circle"), ("fresh", "diamond")):
        own = points.transform_filter(f"datum.kind == '{kind}'")
        shown = own.mark_point(
            shape=mark, size=50 if kind == "search" else 65, opacity=0.6, filled=True,
            color=style.PALETTE[0 if kind == "search" else 2],
        )  # fmt: skip
        layers.append(shown.encode(x=x, y=y, tooltip=tip))
    failed = [{"x": at} for at, each in enumerate(found.versions) if each.state in (Fate.FAILED, Fate.LACKING)]
    if failed:
        cross = alt.Chart(style.data(failed)).mark_point(
            shape="cross", angle=45, filled=True, size=60, color=style.GREY
        )
        layers.append(cross.encode(x=x, y=alt.value(274)))
    return alt.layer(*layers)


def _posterior(found: Bisection, room: alt.Scale) -> Any:
    bars = [
        {"from": at - 0.38, "to": at + 0.38, "p": each.posterior, "version": words.name(f"{each.name} {each.subject}")}
        for at, each in enumerate(found.versions)
        if each.posterior is not None
    ]
    labels = json.dumps([words.name(each.name) for each in found.versions])
    axis = alt.Axis(
        values=_labelled(found), labelExpr=f"{labels}[datum.value]", labelAngle=-60, grid=False,
        labelOverlap=False, labelFont="monospace",
    )  # fmt: skip
    named = "version" if found.paths else "commit"
    x = alt.X("from:Q", scale=room, axis=axis, title=f"{named}, the oldest first")
    y = alt.Y("p:Q", title="probability", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=3))
    tip = ["version:N", alt.Tooltip("p:Q", format=".2%")]
    shown = alt.Chart(style.data(bars)).mark_bar(color=style.PALETTE[1], opacity=0.85)
    return shown.encode(x=x, x2="to:Q", y=y, y2=alt.datum(0), tooltip=tip)


def _width(found: Bisection) -> int:
    return min(_WIDEST, max(_NARROWEST, _STEP * len(found.versions)))


def _labelled(found: Bisection) -> list[int]:
    """The places that have a label: as many as there is room for, the found ones among them."""
    last = len(found.versions) - 1
    apart = max(1, -(-_LABEL * len(found.versions) // _width(found)))
    chosen = sorted({*found.places[:1], *found.places[-1:]})
    return sorted(
        {*chosen, *(at for at in range(0, last + 1, apart) if all(abs(at - place) >= apart for place in chosen))}
    )
