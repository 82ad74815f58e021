"""How noisy is a metric, and what can so many replicates see of it?"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.analysis.counting import When, at, state
from ledger.model.experiment import Experiment
from ledger.model.hypothesis import BASELINE, TREATMENT
from ledger.model.replicates import Point
from ledger.stats.power import detectable, replicates_needed

# a spread this small beside the values is what rounding leaves of none at all
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """The standard deviation of paired differences, pooled over experiments, with its degrees of freedom."""

    sd: float
    df: int
    experiments: tuple[str, ...]


def noise(experiments: Iterable[Experiment], metric: str) -> Noise | None:
    """The noise of a metric in the differences of treatment and baseline; None where no experiment has two pairs."""
    squares, df, names = 0.0, 0, []
    for experiment in experiments:
        arms = [_values(experiment, name, metric) for name in (BASELINE, TREATMENT)]
        differences = [arms[1][point] - arms[0][point] for point in arms[1] if point in arms[0]]
        if len(differences) < 2 or max(differences) - min(differences) <= ROUNDING * max(map(abs, arms[1].values())):
            continue
        centre = math.fsum(differences) / len(differences)
        squares += math.fsum((d - centre) ** 2 for d in differences)
        df += len(differences) - 1
        names.append(experiment.name)
    return Noise(sd=math.sqrt(squares / df), df=df, experiments=tuple(names)) if squares > 0 else None


def _values(experiment: Experiment, variant: str, metric: str) -> dict[Point, float]:
    """A metric by replicate where it is a number, of the trials that count."""
    counted = at(experiment.of(variant), state(experiment, variant, When.JUDGED))
    values = {point: record.trial.metrics.get(metric, math.nan) for point, record in counted.items()}
    return {point: value for point, value in values.items() if math.isfinite(value)}


def sight(found: Noise, *, replicates: int, alpha: float, margin: float) -> tuple[float, int | None]:
    """The smallest difference that so many pairs see with power 0.8, and how many pairs see one as large as `margin`.

    The second is None where no number up to 10,000 does, or where there is no margin.
    """
    smallest = detectable(replicates, alpha=alpha) * found.sd
    needed = replicates_needed(abs(margin) / found.sd, alpha=alpha) if margin else None
    return smallest, None if needed is None else math.ceil(needed)
