"""How noisy is a metric, by what the ledger has seen of it?"""

from __future__ import annotations

import math
from collections.abc import Iterable

from ledger.analysis import same_metrics
from ledger.analysis.counting import When, at, state
from ledger.analysis.designs import OtherParts, compared
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.plan import BASELINE
from ledger.model.replicates import Axis, Point, Replicates
from ledger.stats.contrast import NoNoise, mean


@frozen
class Noise:
    """The standard deviation of what a design counts, pooled over experiments, with its degrees of freedom.

    `level` is the mean of the metric in the baselines (in the treatments, where it is held against a number).
    """

    sd: float
    df: int
    level: float
    experiments: tuple[str, ...]


def noise(
    experiments: Iterable[Experiment], metric: str, like: Replicates, *, factor: float = 1.0, of_mean: bool = False
) -> Noise | None:
    """The noise of a metric in the differences treatment - factor * baseline, or in the treatment itself (`of_mean`).

    Of experiments whose replicates are of the same kind as `like`: what seeds vary says nothing of what folds do, and
    trials within a fold or split are averaged as the verdict averages them. None where none has two that differ.
    """
    spreads, df, names, levels = list[float](), 0, [], []
    for experiment in experiments:
        parts = experiment.plan.replicates.parts_axis
        if _kind(parts) != _kind(like.parts_axis):
            continue
        treatment = _values(experiment, experiment.leading, metric)
        baseline = None if of_mean else _values(experiment, BASELINE, metric)
        if baseline is not None:
            # what has no partner says nothing of the noise of pairs
            treatment = {point: value for point, value in treatment.items() if point in baseline}
            baseline = {point: baseline[point] for point in treatment}
        try:
            found = compared(treatment, baseline, parts)(factor)
        except (NoNoise, OtherParts):
            continue
        spreads.append(math.sqrt(found.n - 1) * found.sd)
        df += found.n - 1
        names.append(experiment.name)
        levels.append(mean(list((treatment if baseline is None else baseline).values())))
    # squares themselves would overflow or vanish at extreme scales
    pooled = math.hypot(*spreads)
    if not pooled > 0:
        return None
    return Noise(sd=pooled / math.sqrt(df), df=df, level=mean(levels), experiments=tuple(names))


def _kind(parts: Axis | None) -> tuple[str | None, bool]:
    return (None, False) if parts is None else (parts.kind, parts.reshuffled_by is not None)


def _values(experiment: Experiment, variant: str, metric: str) -> dict[Point, float]:
    """A metric by replicate where it is a number, of the trials that count."""
    counted = at(experiment.of(variant), state(experiment, variant, When.JUDGED))
    name = experiment.aliases.now(metric)
    name = same_metrics.called(experiment).get(name, name)
    values = {point: record.metrics.get(name, math.nan) for point, record in counted.items()}
    return {point: value for point, value in values.items() if math.isfinite(value)}
