"""How pictures look: one palette that the colour-blind can tell apart, and little else than data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt

from ledger.report.plots.canvas import around

# Okabe and Ito, Color Universal Design (2008), without the yellow, which is lost on white; black goes last
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# arms beyond the palette's take its colours again with other strokes
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3))

MOST_ARMS = len(PALETTE) * len(DASHES)
"""So many arms can be told apart; what goes beyond is not drawn."""

INK, GREY = "#222222", "#777777"


def colour(names: Sequence[str], *, legend: alt.Legend | None, field: str = "arm") -> alt.Color:
    """The arms by colour, in their order."""
    shown = [PALETTE[i % len(PALETTE)] for i in range(len(names))]
    scale = alt.Scale(domain=list(names), range=shown)
    return alt.Color(f"{field}:N", scale=scale, sort=list(names), title=None, legend=legend)


def dash(names: Sequence[str], *, legend: alt.Legend | None, field: str = "arm") -> alt.StrokeDash:
    """The arms by stroke, the same for those whose colours differ."""
    shown = [list(DASHES[i // len(PALETTE) % len(DASHES)]) for i in range(len(names))]
    scale = alt.Scale(domain=list(names), range=shown)
    return alt.StrokeDash(f"{field}:N", scale=scale, sort=list(names), title=None, legend=legend)


def legend(names: Sequence[str], width: int, *, symbol: str = "stroke") -> alt.Legend:
    """A legend above the plot in as many columns as fit into its width in pixels."""
    longest = max(map(_pixels, names), default=0)
    columns = max(1, min(len(names), width // (longest + 45)))
    line = symbol == "stroke"
    return alt.Legend(
        orient="top",
        direction="horizontal",
        columns=columns,
        symbolType=symbol,
        symbolStrokeWidth=3 if line else 0,
        symbolSize=250 if line else 90,
        symbolOpacity=1,
        labelLimit=0,
        offset=6,
    )


def _pixels(text: str) -> int:
    """About how wide a text is at 12 px; letters of other scripts may be twice as wide."""
    return sum(7 if ord(c) < 0x1100 else 13 for c in text)


def finished(chart: Any, title: str, subtitle: Sequence[str], width: int) -> Any:
    """The chart with its title and all that is said once for the whole picture."""
    lines = wrapped(title, max(30, width // 8))
    heading = alt.TitleParams(text=lines, subtitle=[part for text in subtitle for part in wrapped(text, width // 6)])
    return (
        chart.properties(title=heading, padding=14, background="white")
        .configure_title(anchor="start", fontSize=15, subtitleFontSize=12, subtitleColor=GREY, color=INK, offset=10)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=11, titleFontSize=12, titleFontWeight="normal", titleColor=INK, labelColor=INK,
            gridColor="#e6e6e6", domainColor="#999999", tickColor="#999999", titlePadding=8,
        )
        .configure_legend(labelFontSize=12, labelColor=INK)
        .configure_concat(spacing=26)
    )  # fmt: skip


def wrapped(text: str, columns: int) -> list[str]:
    """The text in lines of at most this many letters."""
    import textwrap

    return textwrap.wrap(text, columns) or [""]


def room(values: Iterable[float], *, log: bool = False) -> dict[str, Any]:
    """The domain of a scale over values that are all the same: Vega-Lite would label it with a wrong number."""
    given = list(values)
    if not given or max(given) - min(given) > 1e-12 * max(map(abs, given)):
        return {}
    found = around(given, log=log)
    return {"domain": [found.low, found.high]}


def data(rows: list[dict[str, Any]]) -> alt.InlineData:
    """The rows as they stand in the specification."""
    return alt.InlineData(values=rows)
