"""A matrix as a picture: its cells with their means as numbers, the better the darker."""

from __future__ import annotations

from typing import Any

import altair as alt

from ledger.analysis.matrix.answer import Matrix
from ledger.model.settings import Settings
from ledger.report import matrix_words
from ledger.report.numbers import fineness, number, spread
from ledger.report.plots import style, words

_WIDE, _HIGH = 96, 40
# from here on a cell is so dark that its number is white
_DARK = 0.55


def chart(found: Matrix, settings: Settings) -> Any:
    """The picture of a matrix."""
    precision = settings.precision(found.metric)
    if precision is None:
        precision = fineness(*(cell for row in found.cells for cell in row))
    means = [cell.mean for row in found.cells for cell in row if cell.mean is not None]
    low, high = (min(means), max(means)) if means else (0.0, 1.0)
    rows = [
        {
            "row": words.name(row),
            "column": words.name(column),
            "mean": cell.mean,
            "text": number(cell.mean, precision),
            "whole": spread(cell, precision),
            "dark": cell.mean is not None and _share(cell.mean, low, high, found.sign) > _DARK,
        }
        for row, line in zip(found.rows, found.cells, strict=True)
        for column, cell in zip(found.columns, line, strict=True)
    ]
    labels = [words.name(each) for each in found.columns]
    turned = max(map(len, labels)) > _WIDE // 7
    x = alt.X(
        "column:N", sort=labels, title=f"measured on {words.name(found.column_path)}",
        axis=alt.Axis(orient="top", labelAngle=-40 if turned else 0, grid=False, domain=False, ticks=False),
    )  # fmt: skip
    y = alt.Y(
        "row:N", sort=[words.name(each) for each in found.rows], title=f"trained on {words.name(found.row_path)}",
        axis=alt.Axis(grid=False, domain=False, ticks=False, labelLimit=240),
    )  # fmt: skip
    # from pale to dark as it becomes better, by one hue that the colour-blind see as well
    scale = alt.Scale(scheme="blues", domain=[low, high] if high > low else [low - 1, low + 1], reverse=found.sign < 0)
    named = words.with_unit(found.metric, found.metric, settings)
    base = alt.Chart(style.data(rows)).encode(x=x, y=y)
    ink = alt.condition("datum.dark", alt.value("white"), alt.value(style.INK))
    tip = ["row:N", "column:N", alt.Tooltip("whole:N", title="mean ± sd")]
    shown = alt.layer(
        base.mark_rect(stroke="white", strokeWidth=2).encode(
            color=alt.Color("mean:Q", scale=scale, title=named, legend=alt.Legend(gradientLength=90)), tooltip=tip
        ),
        base.mark_text(fontSize=13).encode(text="text:N", color=ink),
    ).properties(width=_WIDE * len(labels), height=_HIGH * len(found.rows))
    said = matrix_words.answer(found)[:2]
    return style.finished(shown, matrix_words.title(found), said, max(420, _WIDE * len(labels)))


def _share(value: float, low: float, high: float, sign: int) -> float:
    at = (value - low) / (high - low) if high > low else 0.5
    return at if sign > 0 else 1 - at
