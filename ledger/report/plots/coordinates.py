"""Parallel coordinates as a picture: an axis a parameter, one line per arm, coloured by the metric."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import altair as alt

from ledger.analysis.fields import finite
from ledger.analysis.parallel import Parallel
from ledger.model.settings import Settings
from ledger.report.plots import style, words
from ledger.report.text import clean, cut

# where an arm does not have a parameter, its line dips below the axis
_BELOW = -0.12


# lines that pass one name on an axis lie side by side, over at most this part of it up and down
_WIDEST = 0.03
# more arms than these lie above each other so often that one must be seen through the other
_FEW = 12


def chart(plot: Parallel, settings: Settings, title: str) -> Any:
    """The picture. Each axis runs from its smallest value to its largest, and is labelled with the values there."""
    names = [words.name(s.name) + (" (log)" if s.log else "") for s in plot.scales]
    names[-1] = words.with_unit(plot.metric, plot.metric, settings) + (" (log)" if plot.scales[-1].log else "")
    places = [spread(plot, i) for i in range(len(names))]
    lines = [
        {"axis": i, "position": places[i][number], "arm": words.name(path.arm),
         "line": number, "value": path.value, "label": words.name(label), "name": name}
        for number, path in enumerate(plot.paths)
        for i, (name, label) in enumerate(zip(names, path.labels, strict=True))
    ]  # fmt: skip
    missing = [any(path.positions[i] is None for path in plot.paths) for i in range(len(names))]
    ticks = [
        {"axis": i, "position": at, "text": cut(clean(text), 18)}
        for i, scale in enumerate(plot.scales)
        for at, text in scale.ticks
    ]
    ticks += [{"axis": i, "position": _BELOW, "text": "none"} for i, lacking in enumerate(missing) if lacking]
    heads = [{"axis": i, "text": name, "position": 0, "top": 1} for i, name in enumerate(names)]
    longest = max(len(name) for name in names)
    apart = max(100, min(170, 8 * longest + 24))
    width = apart * max(1, len(names) - 1)
    low = _BELOW if any(missing) else 0.0
    # one colour needs no legend, and Vega-Lite would label it with a wrong number
    alike = bool(style.room(path.value for path in plot.paths))
    metric = words.with_unit(plot.metric, plot.metric, settings)
    x = alt.X("axis:Q", axis=None, scale=alt.Scale(domain=[0, max(1, len(names) - 1)], nice=False))
    y = alt.Y("position:Q", axis=None, scale=alt.Scale(domain=[low - _WIDEST, 1 + _WIDEST], nice=False))
    shade = alt.Color(
        "value:Q",
        # without the palest third, which is lost on white; the better the darker
        scale=alt.Scale(scheme=alt.SchemeParams(name="viridis", extent=[0, 0.85]), reverse=plot.better != "lower"),
        legend=None if alike else alt.Legend(title=metric, titleLimit=0, offset=60),
    )
    drawn = alt.Chart(style.data(lines)).mark_line(strokeWidth=1.6, opacity=0.75 if len(plot.paths) <= _FEW else 0.5)
    text = alt.Chart(style.data(ticks)).encode(x=x, y=y, text="text:N")
    halo = text.mark_text(align="left", dx=6, fontSize=11, stroke="white", strokeWidth=4, strokeOpacity=0.85)
    tilted: dict[str, Any] = {"angle": 335, "align": "left"} if 7 * longest > apart else {"align": "center"}
    layers = [
        alt.Chart(style.data(heads)).mark_rule(color="#999999").encode(x=x, y=y, y2="top:Q"),
        drawn.encode(x=x, y=y, detail="line:N", color=shade, tooltip=["arm:N", "name:N", "label:N", "value:Q"]),
        halo,
        text.mark_text(align="left", dx=6, fontSize=11, color=style.INK),
        alt.Chart(style.data(heads))
        .mark_text(dy=-14, fontSize=12, fontWeight="bold", color=style.INK, **tilted)
        .encode(x=x, y=alt.Y("top:Q", axis=None), text="text:N"),
    ]
    whole = alt.layer(*layers).properties(width=width, height=320)
    subtitle = f"one line per arm: mean {words.name(plot.metric)} of its trials; {len(plot.paths)} arms"
    if not alike:
        subtitle += "; the darker the better" if plot.better else "; the darker the higher"
    return style.finished(whole, title, [subtitle], width + 120)


def spread(plot: Parallel, axis: int) -> list[float]:
    """Where each line passes an axis: lines at one name apart from each other, in the order of the metric.

    Equal numbers stay equal: apart, they would look like different ones. No line leaves the ends of its axis.
    """
    numeric = axis == len(plot.scales) - 1 or all(
        finite(path.values[axis]) is not None for path in plot.paths if path.positions[axis] is not None
    )
    found = [0.0] * len(plot.paths)
    groups: dict[float, list[int]] = {}
    for i, path in enumerate(plot.paths):
        at = path.positions[axis]
        groups.setdefault(_BELOW if at is None else at, []).append(i)
    # names that stand close keep their lines apart
    nearest = min((b - a for a, b in pairwise(sorted(groups))), default=1.0)
    for at, members in groups.items():
        is_number = numeric and at >= 0
        half = 0.0 if is_number else min(_WIDEST, 0.004 * (len(members) - 1), nearest / 4)
        middle = at if at < 0 else min(max(at, half), 1 - half)
        for rank, i in enumerate(sorted(members, key=lambda i: plot.paths[i].value)):
            found[i] = middle + (half * (2 * rank / (len(members) - 1) - 1) if len(members) > 1 else 0.0)
    return found
