"""What is the best of several arms worth? What selection among them did to the estimate, and what is left of it.

The best of k is partly the luckiest: where no arm is better, its mean is c_k · s / √n too good on average
(`stats.maximum`). That much is taken off its difference from the baseline, and half of what is left is what a
confirmation predicts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ledger.analysis.counting import When, counted
from ledger.analysis.direction import of_metric
from ledger.model.directions import HIGHER
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.plan import BASELINE
from ledger.model.replicates import Point
from ledger.model.settings import Settings
from ledger.stats.contrast import mean
from ledger.stats.maximum import selection_bias
from ledger.stats.noise_within import within

Values = Mapping[Point, float]

# digits of a margin that was computed: it is no more certain than that
_DIGITS = 3


@frozen
class Selected:
    """The best of `among` arms by a metric, in the metric's unit.

    - `n`: the values behind its mean, the `level`; `baseline`: the mean that it is compared with, `estimate` the
      difference from it, over the replicates of both where all are. None where the baseline has no results.
    - `noise`: the standard deviation of one value of an arm, without what replicates move alike in all arms (`paired`);
      None where no arm has two values.
    - `luck`: what being the best of that many adds, None where the noise is not known; none of one arm alone.
    """

    metric: str
    better: str
    among: int
    n: int
    level: float
    baseline: float | None
    estimate: float | None
    noise: float | None
    paired: bool
    luck: float | None

    @property
    def shrunken(self) -> float | None:
        """The estimate less what luck adds to it; it may change its sign, and then luck explains all of it."""
        if self.estimate is None or self.luck is None:
            return None
        return self.estimate - self.luck if self.better == HIGHER else self.estimate + self.luck

    @property
    def margin(self) -> float | None:
        """Half of what is left, as a distance from the baseline: 0 where nothing is."""
        left = self.shrunken
        if left is None:
            return None
        return rounded(max(0.0, left if self.better == HIGHER else -left) / 2)


def best_of(means: Mapping[str, float], better: str) -> str:
    """The name of the best; of several the first."""
    return (max if better == HIGHER else min)(means, key=lambda name: means[name])


def selected(metric: str, better: str, best: str, arms: Mapping[str, Values], baseline: Values | None) -> Selected:
    """What the arm `best` is worth that was chosen among `arms`: finite values by replicate, one at least an arm."""
    own = arms[best]
    spread, paired = noise(list(arms.values()))
    level = mean(list(own.values()))
    compared, estimate = None, None
    if baseline:
        shared = own.keys() <= baseline.keys()
        compared = mean([baseline[point] for point in own] if shared else list(baseline.values()))
        estimate = level - compared
    luck = 0.0 if len(arms) == 1 else None if spread is None else selection_bias(len(arms), spread, len(own))
    return Selected(
        metric=metric,
        better=better,
        among=len(arms),
        n=len(own),
        level=level,
        baseline=compared,
        estimate=estimate,
        noise=spread,
        paired=paired,
        luck=luck,
    )


def noise(arms: Sequence[Values]) -> tuple[float | None, bool]:
    """The standard deviation of one value, pooled over arms, and whether what is common to a replicate was taken out.

    Arms with the same two or more replicates are a two-way layout: its residual mean square. Else the variances within
    arms are pooled.
    """
    points = list(arms[0])
    if len(arms) > 1 and len(points) > 1 and all(arm.keys() == arms[0].keys() for arm in arms):
        by_arm = [mean(list(arm.values())) for arm in arms]
        by_point = {point: mean([arm[point] for arm in arms]) for point in points}
        whole = mean(by_arm)
        rest = math.fsum(
            (arm[point] - own - by_point[point] + whole) ** 2
            for arm, own in zip(arms, by_arm, strict=True)
            for point in points
        )
        return math.sqrt(rest / ((len(arms) - 1) * (len(points) - 1))), True
    return within(list(arm.values()) for arm in arms).sd, False


def rounded(value: float) -> float:
    """Three significant digits of a number."""
    return value if value == 0 else round(value, _DIGITS - 1 - math.floor(math.log10(abs(value))))


def best_arm(experiment: Experiment, present: Mapping[str, str], settings: Settings) -> tuple[str, Selected] | None:
    """The best of two or more arms beside the baseline, by the metric that is predicted first, or is alone.

    None of a search, where nothing says which values are better, and where fewer have results.
    """
    if experiment.plan.search is not None:
        return None
    # of arms that have changed since, the trials say so themselves
    when = When.PRESENT if experiment.verdict is None else When.JUDGED
    own = [v.name for v in experiment.plan.variants if v.experiment is None]
    records = {arm: counted(experiment, arm, when, present=present.get(arm)) for arm in own}
    names = list(dict.fromkeys(name for of in records.values() for record in of for name in record.metrics))
    metric = next((name for name in [*experiment.predicted, *settings.metrics, *names] if name in names), None)
    better = None if metric is None else of_metric(metric, experiment.plan.predictions, settings)
    if metric is None or better is None:
        return None
    values = {
        arm: {r.trial.point: r.metrics[metric] for r in of if math.isfinite(r.metrics.get(metric, math.nan))}
        for arm, of in records.items()
    }
    baseline = values.pop(BASELINE, None)
    values = {arm: found for arm, found in values.items() if found}
    if len(values) < 2:
        return None
    best = best_of({arm: mean(list(found.values())) for arm, found in values.items()}, better)
    return best, selected(metric, better, best, values, baseline)
