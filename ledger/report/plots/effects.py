"""Effects with their intervals beside a line at none: a row for each, in the order given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from ledger.analysis.ablation.answer import Ablation, Label
from ledger.report import ablate_words
from ledger.report.plots import style, words

_WIDTH, _ROW = 460, 24
_COLOURS = {Label.HELPS: style.PALETTE[2], Label.HARMS: style.PALETTE[1], Label.UNCLEAR: style.GREY}


def of_groups(found: Ablation) -> Any:
    """The picture of an ablation: what each group adds."""
    rows = [
        {
            "name": words.name(f"{one.name} {one.title}".strip()),
            "effect": one.effect,
            "low": None if one.interval is None else one.interval[0],
            "high": None if one.interval is None else one.interval[1],
            "label": one.label.value,
        }
        for one in found.groups
        if one.effect is not None
    ]
    names = [str(row["name"]) for row in rows]
    y = alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelLimit=300, grid=False))
    x = alt.X("effect:Q", title=f"adds to {words.name(found.metric)}", scale=alt.Scale(**style.room(_values(rows))))
    known = [label.value for label in Label]
    colour = alt.Color(
        "label:N", title=None, scale=alt.Scale(domain=known, range=[_COLOURS[Label(each)] for each in known]),
        legend=alt.Legend(orient="top", symbolType="circle"),
    )  # fmt: skip
    base = alt.Chart(style.data(rows))
    zero = alt.Chart(style.data([{"zero": 0}])).mark_rule(color=style.INK, strokeDash=[4, 3]).encode(x="zero:Q")
    tip = ["name:N", *(alt.Tooltip(f"{each}:Q", format=".4~g") for each in ("effect", "low", "high"))]
    shown = alt.layer(
        zero,
        base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y, color=colour),
        base.mark_circle(size=80, opacity=1).encode(x=x, y=y, color=colour, tooltip=tip),
    ).properties(width=_WIDTH, height=_ROW * max(1, len(rows)))
    return style.finished(shown, ablate_words.title(found), ablate_words.meaning(found)[:1], _WIDTH + 120)


def _values(rows: Sequence[dict[str, Any]]) -> list[float]:
    return [row[key] for row in rows for key in ("effect", "low", "high") if row[key] is not None]
