"""The kinds of plots, each as text, as a picture and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.analysis.bands import Bands
from ledger.analysis.parallel import Parallel
from ledger.analysis.plots import ChosenPlot, Plot
from ledger.analysis.points import Distribution, Scatter
from ledger.model.listing import listed
from ledger.model.settings import Settings
from ledger.report.remarks import sentences
from ledger.report.shapes.values import summary
from ledger.report.text import clean, cut


def title(plot: Plot, experiments: Sequence[tuple[str, str]]) -> str:
    """What the plot is called: by the experiment with its title where it is about one, else by what it shows."""
    names = [name for name, _ in experiments]
    together = listed(names, 6)
    if isinstance(plot, Bands):
        return clean(f"{names[0]}: {experiments[0][1]}" if len(experiments) == 1 else together)
    shown = {
        Scatter: lambda: f"{plot.metric} against {plot.against}" if isinstance(plot, Scatter) else "",
        Distribution: lambda: f"{plot.metric} by arm",
        Parallel: lambda: f"{plot.metric} and the parameters that vary",
    }[type(plot)]()
    return clean(f"{together}: {shown}" if together else shown)


def text(plot: Plot, settings: Settings, heading: str, *, total: int, colour: bool) -> str:
    """The plot drawn with characters, in at most `total` columns."""
    from ledger.report.plots import terminal, terminal_parallel

    if isinstance(plot, Bands):
        return terminal.curves(plot, settings, heading, total=total, colour=colour)
    if isinstance(plot, Scatter):
        return terminal.scatter(plot, settings, heading, total=total, colour=colour)
    if isinstance(plot, Distribution):
        return terminal.distribution(plot, settings, heading, total=total, colour=colour)
    return terminal_parallel.parallel(plot, settings, heading, total=total, colour=colour)


def file(plot: Plot, settings: Settings, heading: str, form: str) -> bytes:
    """The plot as a file of one of `picture.FORMATS`. Raises LedgerError where the extra is not installed."""
    from ledger.report.plots import picture

    picture.require()
    from ledger.report.plots import coordinates, dots, lines

    if isinstance(plot, Bands):
        chart = lines.chart(plot, settings, heading)
    elif isinstance(plot, Scatter):
        chart = dots.scatter(plot, settings, heading)
    elif isinstance(plot, Distribution):
        chart = dots.distribution(plot, settings, heading)
    else:
        chart = coordinates.chart(plot, settings, heading)
    return picture.draw(chart, form, heading)


def notes(drawn: ChosenPlot, heading: str, form: str | None) -> tuple[str, ...]:
    """What is to be said beside the plot, and beside a file of that format."""
    lacking = unseen(drawn.plot, heading) if form == "png" else ""
    if not lacking:
        return sentences(drawn.notes)
    boxes = f"no font on this machine has {cut(lacking, 20)}, so it is drawn as boxes: use SVG or HTML"
    return (boxes, *sentences(drawn.notes))


def unseen(plot: Plot, heading: str) -> str:
    """The letters of its names that a PNG cannot show on this machine, as no font has them."""
    from ledger.report.plots import picture

    if isinstance(plot, Bands):
        labels = [text or "" for f in plot.facets for text in (f.metric, f.x, f.x_label, f.y_label)]
        return picture.unseen("".join([heading, *plot.arms, *labels]))
    return picture.unseen(heading + repr(plot))


def shape(plot: Plot) -> dict[str, Any]:
    """The numbers of the plot for `--json`; docs/plots.md describes it."""
    if isinstance(plot, Bands):
        return {
            "kind": "curves",
            "band": str(plot.band),
            "metrics": [
                {
                    "metric": facet.metric,
                    "x": facet.x,
                    "lines": [
                        {
                            "arm": line.arm,
                            "trial": line.trial,
                            "trials": line.trials,
                            "points": [
                                {"x": at.x, "n": at.n, "mean": at.mean, "low": at.low, "high": at.high}
                                for at in line.levels
                            ],
                        }
                        for line in facet.lines
                    ],
                }
                for facet in plot.facets
            ],
            "notes": list(sentences(plot.notes)),
        }
    if isinstance(plot, Scatter):

        def at(x: float) -> float | str:
            return plot.categories[int(x)] if plot.categories else x

        return {
            "kind": "against",
            "metric": plot.metric,
            "against": plot.against,
            "trials": [{"trial": dot.trial, "x": at(dot.x), "y": dot.y} for dot in plot.dots],
            "means": [
                {"experiment": m.experiment, "data": m.data, "x": at(m.x), **summary(m.summary)} for m in plot.means
            ],
            "notes": list(sentences(plot.notes)),
        }
    if isinstance(plot, Distribution):
        return {
            "kind": "distribution",
            "metric": plot.metric,
            "arms": [
                {
                    "arm": strip.arm,
                    **summary(strip.summary),
                    "quartiles": None if strip.box is None else list(strip.box),
                    "trials": [{"trial": trial, "value": value} for trial, value in strip.values],
                }
                for strip in plot.strips
            ],
            "notes": list(sentences(plot.notes)),
        }
    names = [scale.name for scale in plot.scales[:-1]]
    return {
        "kind": "parallel",
        "metric": plot.metric,
        "params": names,
        "arms": [
            {"arm": path.arm, "params": dict(zip(names, path.values, strict=False)), "mean": path.value}
            for path in plot.paths
        ],
        "notes": list(sentences(plot.notes)),
    }
