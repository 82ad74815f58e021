"""What came of an experiment, for its reviewer: tables of metrics with their intervals drawn, and a chart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ledger.analysis.diff import Diff
from ledger.analysis.metric_changes import MetricChange
from ledger.analysis.review import ArmResults, Review
from ledger.model.experiment import Experiment
from ledger.model.plan import TREATMENT
from ledger.model.prediction import Operator, Prediction
from ledger.report import forest, mermaid
from ledger.report.blocks import Block, Diagram, Fold, Heading, Items, Prose, Table
from ledger.report.diff import arms_table, heads, metrics_table, over_cases
from ledger.report.forest import Whisker
from ledger.stats.summary import summarise

# of this many metrics all arms are set side by side
_METRICS: Final = 3
# more rows a page folds
_SHOWN: Final = 12

_KEY: Final = "drawn: the difference in % of what it is compared with"


def metrics(one: Review, experiment: Experiment) -> Iterator[Block]:
    """The leading arm beside what it is compared with, the predicted metrics first; many others are folded."""
    if one.changed is None or not one.changed.metrics:
        if one.not_compared is not None:
            yield Prose(lead="Not compared", text=one.not_compared)
        return
    found = one.changed
    predicted = [change for name in experiment.predicted for change in found.metrics if change.name == name]
    others = [change for change in found.metrics if change not in predicted]
    yield Heading(text="Metrics", level=3)
    shown = [*predicted, *others] if len(others) <= _SHOWN else predicted
    if shown:
        yield _table(one, experiment, found, shown)
    if len(shown) < len(found.metrics):
        table = _table(one, experiment, found, others)
        yield Fold(summary=f"{len(others)} other metrics" if shown else f"{len(others)} metrics", blocks=(table,))
    over = tuple(over_cases(change, one.settings) for change in found.metrics if change.over_cases is not None)
    if over:
        yield Items(items=over)


def other_arms(one: Review, experiment: Experiment) -> Iterator[Block]:
    """Every arm beside the same baseline, for the metrics that are predicted."""
    compared = [each for each in (one.changed, *one.others) if each is not None]
    if one.changed is None or not one.others:
        return
    names = list(dict.fromkeys((*experiment.predicted, *(change.name for change in one.changed.metrics))))[:_METRICS]
    tables = tuple(table for name in names for table in _of_arms(one, experiment, compared, name))
    if tables:
        more = f", {one.others_left_out} more not shown" if one.others_left_out else ""
        yield Fold(summary=f"All arms ({len(compared)}{more})", blocks=tables, told=True)


def chart(one: Review, experiment: Experiment) -> Iterator[Block]:
    """The first metric as a host draws it: by replicate where there are two arms, else by arm."""
    name = next((n for n in experiment.predicted if any(n in arm.values for arm in one.arms)), None)
    if name is None:
        name = next((name for arm in one.arms for name in arm.values), None)
    if name is None:
        return
    arms = [arm for arm in one.arms if arm.values.get(name)]
    drawn = _by_point(experiment, arms, name) if len(arms) == 2 else None
    drawn = drawn or mermaid.by_arm(name, {arm.name: _mean(arm, name) for arm in arms})
    if drawn is not None:
        yield Diagram(text=drawn)


def _by_point(experiment: Experiment, arms: Sequence[ArmResults], name: str) -> str | None:
    leading = next((arm for arm in arms if arm.name == experiment.leading), arms[-1])
    other = arms[0] if arms[1] is leading else arms[1]
    return mermaid.by_point(name, (leading.name, leading.values[name]), (other.name, other.values[name]))


def _mean(arm: ArmResults, name: str) -> float:
    mean = summarise(arm.values[name].values()).mean
    return math.nan if mean is None else mean


# --- intervals on one scale


def _table(one: Review, experiment: Experiment, found: Diff, changes: Sequence[MetricChange]) -> Table:
    lines = {change.name: _line(change, _margins(experiment, found, change)) for change in found.metrics}
    predicted = [lines[name] for name in experiment.predicted if name in lines]
    scale = forest.scale(predicted, [line for name, line in lines.items() if name not in experiment.predicted])
    table = metrics_table(changes, heads(found.a, found.b), one.settings)
    return _drawn(table, [lines[change.name] for change in changes], scale)


def _of_arms(one: Review, experiment: Experiment, compared: Sequence[Diff], name: str) -> Iterator[Table]:
    """One row per arm that is compared with the same as the first."""
    pairs = [
        (each, replace(change, name=heads(each.a, each.b)[1]))
        for each in compared
        for change in each.metrics
        if change.name == name and each.a == compared[0].a
    ]
    if len(pairs) > 1:
        table = replace(arms_table(name, [change for _, change in pairs], one.settings), names=0)
        lines = [_line(change, _margins(experiment, each, replace(change, name=name))) for each, change in pairs]
        yield _drawn(table, [Whisker(estimate=None), *lines], forest.scale(lines))


def _drawn(table: Table, lines: Sequence[Whisker], scale: forest.ForestScale) -> Table:
    """The table with a column of intervals, and what its signs mean; as it was where there is nothing to draw."""
    cells = [forest.drawn(line, scale) for line in lines]
    if not any(cells):
        return table
    key = f"{_KEY}, {forest.ZERO} none"
    key += f", {forest.MARGIN} as predicted" if any(line.margins for line in lines) else ""
    return replace(
        table,
        head=(*table.head, scale.head),
        rows=tuple((*row, cell) for row, cell in zip(table.rows, cells, strict=True)),
        drawn=(len(table.head),),
        head_width=None,
        notes=(*table.notes, key),
        short_notes=(*(table.notes if table.short_notes is None else table.short_notes), key),
    )


def _line(change: MetricChange, margins: tuple[float, ...]) -> Whisker:
    """The difference as a fraction of the mean on the other side; nothing where that is none, or not known."""
    unit = _unit(change)
    if unit is None or change.difference is None:
        return Whisker(estimate=None)
    interval = None if change.interval is None else (change.interval[0] / unit, change.interval[1] / unit)
    return Whisker(estimate=change.difference / unit, interval=interval, margins=margins)


def _unit(change: MetricChange) -> float | None:
    mean = change.a.mean
    return abs(mean) if mean and math.isfinite(mean) and abs(mean) > 1e-250 else None


def _margins(experiment: Experiment, found: Diff, change: MetricChange) -> tuple[float, ...]:
    """Where the predictions about these two sides end, in the same unit."""
    unit, arms = _unit(change), heads(found.a, found.b)
    if unit is None or change.a.mean is None:
        return ()
    known = [p for p in experiment.plan.predictions if p.metric.name == change.name and _is_of(p, arms, found)]
    return tuple(margin for p in known for margin in _ends(p, unit, change.a.mean))


def _is_of(prediction: Prediction, arms: tuple[str, str], found: Diff) -> bool:
    if (prediction.metric.variant or TREATMENT) != arms[1]:
        return False
    return prediction.reference is None or prediction.reference in (arms[0], found.a.partition(":")[0])


def _ends(prediction: Prediction, unit: float, mean: float) -> tuple[float, ...]:
    if prediction.threshold is not None:
        return ((prediction.threshold - mean) / unit,)
    size = prediction.margin if prediction.relative else prediction.margin / unit
    return (-size, size) if prediction.operator is Operator.WITHIN else (size,) if size else ()
