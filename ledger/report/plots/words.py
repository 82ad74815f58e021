"""What stands beside a plot, in a picture and in the terminal alike: titles, labels, units."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.analysis.bands import Band, Bands, Facet
from ledger.model.settings import Settings
from ledger.report.text import clean, cut

_BANDS = {
    Band.SD: "band: mean ± 1 standard deviation",
    Band.CI: "band: 95% confidence interval of the mean (t)",
    Band.MINMAX: "band: smallest to largest",
}

LONGEST = 60


def name(text: str) -> str:
    """Other people's text as one short line."""
    return cut(clean(text), LONGEST)


def names(texts: Iterable[str]) -> dict[str, str]:
    """Names that must stay apart: short ones where these differ, else whole."""
    whole = list(dict.fromkeys(texts))
    short = list(map(name, whole))
    return {text: cut_ if short.count(cut_) == 1 else clean(text) for text, cut_ in zip(whole, short, strict=True)}


def with_unit(label: str, metric: str, settings: Settings) -> str:
    """`Accuracy (%)`: the label with the unit that `ledger.yaml` gives the metric."""
    known = settings.metric(metric)
    return name(label) if known is None or not known.unit else f"{name(label)} ({clean(known.unit)})"


def y_title(facet: Facet, settings: Settings) -> str:
    """The title of a facet's vertical axis: what the plot's definition calls it, else the metric."""
    return with_unit(facet.y_label or facet.metric, facet.metric, settings)


def facet_title(facet: Facet, settings: Settings) -> str:
    """`valid_loss: Cross-entropy`: the metric with the title of its axis, where that does not begin with it."""
    metric, label = name(facet.metric), y_title(facet, settings)
    return label if label.startswith(metric) else f"{metric}: {label}"


def x_title(facet: Facet) -> str:
    """The title of its horizontal axis."""
    return name(facet.x_label or facet.x)


def meaning(plot: Bands) -> str:
    """What lines and bands are: `mean of 5 replicates; band: …`; for single trials nothing is averaged."""
    counts = sorted({line.trials for facet in plot.facets for line in facet.lines if line.trial is None})
    if not counts or counts == [1]:
        return "one trial per line"
    n = str(counts[-1]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    known = _BANDS.get(plot.band)
    return f"line: mean of n = {n} trials" + (f"; {known}" if known is not None else "")


def lone(plot: Bands) -> list[str]:
    """Which arm the only lines are of: a single arm has no legend, and may be any of its experiment."""
    return [f"arm: {name(plot.arms[0])}"] if len(plot.arms) == 1 else []


def sizes(plot: Bands) -> dict[str, int]:
    """How many trials stand behind each arm."""
    found = dict.fromkeys(plot.arms, 0)
    for facet in plot.facets:
        for arm in plot.arms:
            own = [line for line in facet.lines if line.arm == arm]
            found[arm] = max(found[arm], sum(line.trials for line in own))
    return found
