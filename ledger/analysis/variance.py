"""Where the noise of an experiment comes from, where its replicates lie on several axes: more of which would help?"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ledger.analysis.counting import When, counted
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.plan import BASELINE
from ledger.model.replicates import FOLD, Axis, Point, Replicates
from ledger.stats.components import components

REST = "rest"
# how many times what the others add to the variance of the mean must an axis add to be the one to extend
_CLEARLY = 2.0
# a share this small is rounding
_ROUNDING = 1e-20


@frozen
class Shares:
    """The shares of the variance of a metric by axis, those of `rest` last; they sum to 1.

    `paired`: of the differences from the baseline, which the verdict rests on; else of the leading arm's values. `more`
    and `less` name the axis that is to have more values and those that need none, where that is clear.
    """

    metric: str
    paired: bool
    shares: tuple[tuple[str, float], ...]
    more: Axis | None
    less: tuple[Axis, ...]


def shares(experiment: Experiment, metric: str, present: Mapping[str, str]) -> Shares | None:
    """The shares of a metric's variance, None where there are less than two axes or no whole grid of results."""
    if len(experiment.plan.replicates.axes) < 2:
        return None
    # as the means that stand above them
    when = When.PRESENT if experiment.verdict is None else When.JUDGED
    leading = experiment.leading
    sides = [
        {r.trial.point: r.metrics[metric] for r in found if metric in r.metrics}
        for found in (counted(experiment, arm, when, present=present.get(arm)) for arm in (leading, BASELINE))
    ]
    treatment, baseline = sides
    paired = bool(baseline) and treatment.keys() == baseline.keys()
    values = {point: v - baseline[point] for point, v in treatment.items()} if paired else treatment
    return of_grid(metric, values, experiment.plan.replicates, paired=paired)


def of_grid(metric: str, values: Mapping[Point, float], replicates: Replicates, *, paired: bool) -> Shares | None:
    """The shares of one side's values, or of the differences.

    Folds that are reshuffled are other folds under every seed, so that no fold has an effect of its own: they are rest.
    """
    nested = [axis.name for axis in replicates.axes if axis.reshuffled_by is not None]
    axes = [axis for axis in replicates.axes if axis.name not in nested]
    names = [axis.name for axis in replicates.axes]
    if any(sorted(name for name, _ in point) != sorted(names) for point in values):
        return None
    grid = {tuple(dict(point)[name] for name in names): value for point, value in values.items()}
    found = components(grid, [names.index(axis.name) for axis in axes])
    scale = max((abs(value) for value in grid.values()), default=0.0)
    if found is None or not sum(found) > _ROUNDING * scale**2:
        return None
    total = math.fsum(found)
    last = nested[0] if len(nested) == 1 and len(axes) == 1 else REST
    parts = [*(axis.name for axis in axes), last]
    # what each adds to the variance of the mean, and would add less of with more values
    added = [variance / len(axis.values) for axis, variance in zip(axes, found, strict=False)]
    best = max(range(len(axes)), key=added.__getitem__)
    others = [value for place, value in enumerate(added) if place != best]
    clear = len(axes) > 1 and added[best] > max(*(_CLEARLY * v for v in others), found[-1] / len(grid))
    return Shares(
        metric=metric,
        paired=paired,
        shares=tuple((name, variance / total) for name, variance in zip(parts, found, strict=True)),
        more=axes[best] if clear else None,
        less=tuple(axis for place, axis in enumerate(axes) if place != best) if clear else (),
    )


def plural(axis: Axis) -> str:
    """What more values of the axis are: `splits`, `seeds`; of folds other partitions, since the folds are all."""
    return "partitions into folds" if axis.kind == FOLD else f"{axis.name.rpartition('.')[2]}s"
