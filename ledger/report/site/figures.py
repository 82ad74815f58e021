"""The pictures of an experiment's page, and the data by which they come alive."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ledger.analysis.bands import Bands
from ledger.analysis.site.page import ExperimentPage
from ledger.model.site import File
from ledger.report.html import escaped
from ledger.report.plots import words
from ledger.report.remarks import sentences
from ledger.report.site import shell
from ledger.report.site.shell import Site
from ledger.report.svg.curves import curves
from ledger.report.svg.distribution import distribution
from ledger.report.svg.drawing import arm
from ledger.report.svg.lineage import Node
from ledger.report.svg.lineage import lineage as tree
from ledger.report.text import harmless_json

if TYPE_CHECKING:
    from markupsafe import Markup

# characters of curves in a section
_ROOM: Final = 150_000
# metrics whose values are drawn by arm
_METRICS: Final = 4


def of_results(one: ExperimentPage, site: Site) -> Markup:
    """The curves, then the values of the metrics by arm."""
    settings = one.review.settings
    drawn = [_figure(svg) for svg in _distributions(one)]
    found = _gallery(drawn)
    if one.curves is not None:
        pictures = _bounded(curves(one.curves, settings))
        found += _legend(one.curves) + _gallery(pictures, f"{one.brief.name}/curves")
        found += f'<p class="note">{escaped(words.meaning(one.curves))}</p>'
    if one.notes and site.code:
        found += "".join(f'<p class="note">{escaped(text)}</p>' for text in sentences(one.notes))
    return shell.markup(found)


def of_series(one: ExperimentPage) -> Markup:
    """All other numbers that trials wrote step by step, small, the arms over each other."""
    if one.series is None:
        return shell.markup("")
    pictures = _bounded(curves(one.series, one.review.settings, log=True))
    return shell.markup(_legend(one.series) + _gallery(pictures, f"{one.brief.name}/series", small=True))


def lineage(one: ExperimentPage, site: Site) -> Markup:
    """The experiment with the one that it refines and those that refine it; nothing where there is neither."""
    if one.parent is None and not one.children:
        return shell.markup("")
    briefs = [*([one.parent] if one.parent else []), one.brief, *one.children]
    nodes = {
        b.name: Node(name=b.name, title=b.title, kind=b.kind, state=b.state, address=_address(b.name, site))
        for b in briefs
    }
    below = {one.brief.name: [child.name for child in one.children]}
    root = one.brief.name
    if one.parent is not None:
        root = one.parent.name
        below[root] = [one.brief.name]
    return shell.markup(f'<div class="wide">{tree([root], nodes, below, own=one.brief.name)}</div>')


def _address(name: str, site: Site) -> str | None:
    """Where another experiment is found, None where a report has it not."""
    if site.alone is None:
        return f"{name}.html"
    return f"#exp/{name}" if name in site.alone else None


def data(one: ExperimentPage) -> File | None:
    """What the curves and series are drawn from, for the charts that come alive; None where there are neither."""
    held = {"curves": one.curves, "series": one.series}
    found = {f"{one.brief.name}/{kind}": _plain(bands, one) for kind, bands in held.items() if bands is not None}
    if not found:
        return None
    said = "".join(
        f"ledger.data({_script(json.dumps(key))},{_script(json.dumps(value, ensure_ascii=False))});\n"
        for key, value in found.items()
    )
    return File(path=f"data/{one.brief.name}.js", content=said.encode("utf-8", "replace"))


def _script(text: str) -> str:
    """JSON within a script: nothing in it ends the script."""
    return harmless_json(text).replace("<", "\\u003c")


def _plain(bands: Bands, one: ExperimentPage) -> dict[str, Any]:
    """Bands as columns of numbers, a facet after the other."""
    names = words.names(bands.arms)
    return {
        "arms": [names[name] for name in bands.arms],
        "facets": [
            {
                "metric": words.facet_title(facet, one.review.settings),
                "x": words.x_title(facet),
                "lines": [
                    {
                        "arm": names[line.arm],
                        "x": [_short(level.x) for level in line.levels],
                        "mean": [_short(level.mean) for level in line.levels],
                        "low": [_short(level.low) for level in line.levels],
                        "high": [_short(level.high) for level in line.levels],
                        "n": [level.n for level in line.levels],
                    }
                    for line in facet.lines
                ],
            }
            for facet in bands.facets
        ],
    }


def _short(value: float | None) -> float | None:
    """Six significant digits: what a chart shows."""
    return None if value is None else float(f"{value:.6g}")


def _distributions(one: ExperimentPage) -> list[str]:
    experiment = one.shown.experiment
    if experiment.plan.search is not None:
        return []
    shown = [each for each in one.review.arms if each.values]
    names = dict.fromkeys([*experiment.predicted, *(name for each in shown for name in each.values)])
    drawn: list[str] = []
    for name in list(names)[:_METRICS]:
        arms: Mapping[str, Mapping[str, float]] = {
            each.name: each.values[name] for each in shown if name in each.values
        }
        picture = distribution(name, arms, paired=len(arms) == 2) if arms else None
        drawn += [] if picture is None else [picture]
    return drawn


def _legend(bands: Bands) -> str:
    """Which line is which arm, once above the pictures."""
    if len(bands.arms) < 2:
        return ""
    names = words.names(bands.arms)
    items = "".join(
        f'<li><svg class="key" viewBox="0 0 24 8" width="24" height="8" aria-hidden="true">'
        f'<path class="curve {arm(at)}" d="M0 4L24 4"/></svg>{escaped(names[name])}</li>'
        for at, name in enumerate(bands.arms)
    )
    return f'<ul class="legend">{items}</ul>'


def _bounded(drawn: Sequence[str]) -> list[str]:
    """The pictures as far as a page has room for them; the charts that come alive have all."""
    room, kept = _ROOM, list[str]()
    for svg in drawn:
        room -= len(svg)
        if room < 0:
            kept.append(f"<figure><figcaption>and {len(drawn) - len(kept)} more, not shown</figcaption></figure>")
            break
        kept.append(_figure(svg))
    return kept


def _figure(svg: str) -> str:
    return f"<figure>{svg}</figure>"


def _gallery(figures: list[str], key: str = "", *, small: bool = False) -> str:
    """Pictures beside each other; with a `key` of their data a script offers to draw them alive."""
    if not figures:
        return ""
    kind = "gallery small" if small else "gallery"
    live = f' data-live="{escaped(key)}"' if key else ""
    return f'<div class="{kind}"{live}>{"".join(figures)}</div>'
