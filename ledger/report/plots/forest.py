"""Differences with their intervals below one another, the largest at the top: where two arms differ."""

from __future__ import annotations

from typing import Any, Final

import altair as alt

from ledger.analysis.sliced import Sliced
from ledger.analysis.slices import Slice
from ledger.model.settings import Settings
from ledger.report import numbers
from ledger.report.numbers import signed
from ledger.report.plots import style, words
from ledger.report.slices import arms, is_seen, name
from ledger.stats.contrast import CONFIDENCE

# more rows no picture shows
_MOST: Final = 40


def chart(found: Sliced, settings: Settings, title: str) -> Any:
    """A row a slice, all cases in the last: a point at the difference, a line over its interval, both grey where none
    is to be seen after the correction."""
    looked = [one for one in found.slices.slices if one.contrast is not None]
    shown = [*sorted(looked[:_MOST], key=lambda one: one.difference), found.slices.whole]
    labels = words.names([f"{name(one)} ({one.cases})" for one in shown])
    order = [labels[f"{name(one)} ({one.cases})"] for one in shown]
    rows = [_row(one, label) for one, label in zip(shown, order, strict=True)]
    a, b = arms(found)
    x_title = words.with_unit(
        f"difference in {found.metric}, {words.name(b)} - {words.name(a)}", found.metric, settings
    )
    y = alt.Y("slice:N", title=None, sort=order, axis=alt.Axis(labelLimit=0, ticks=False, domain=False, grid=False))
    hue = alt.Color(
        "kind:N", scale=alt.Scale(domain=["seen", "unseen"], range=[style.PALETTE[0], "#aaaaaa"]), legend=None
    )
    base = alt.Chart(style.data(rows))
    x = alt.X("difference:Q", title=x_title, scale=alt.Scale(zero=True))
    tip = ["slice:N", "text:N"]
    lines = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2)
    layers = [
        alt.Chart(style.data([{"zero": 0}])).mark_rule(color=style.GREY, strokeDash=[4, 3]).encode(x="zero:Q"),
        lines.encode(x=alt.X("low:Q", title=x_title), x2="high:Q", y=y, color=hue, tooltip=tip),
        base.mark_circle(size=70, opacity=1).encode(x=x, y=y, color=hue, tooltip=tip),
    ]
    whole = alt.layer(*layers).properties(width=520, height=max(3, len(order)) * 24)
    left_out = len(looked) - _MOST
    more = f"; {left_out} more slices are not drawn" if left_out > 0 else ""
    explained = (
        f"line: {CONFIDENCE:.0%} interval; in brackets: cases; grey: no difference after Holm's correction{more}"
    )
    return style.finished(whole, title, [explained], 640)


def _row(one: Slice, label: str) -> dict[str, Any]:
    if one.contrast is None:
        return {"slice": label, "difference": one.difference, "kind": "unseen", "text": signed(one.difference)}
    low, high = one.contrast.interval(CONFIDENCE)
    fine = numbers.fine((low, high))
    text = f"{signed(one.difference, fine)} ({signed(low, fine)}..{signed(high, fine)})"
    return {"slice": label, "difference": one.difference, "low": low, "high": high, "text": text,
            "kind": "seen" if is_seen(one) else "unseen"}  # fmt: skip
