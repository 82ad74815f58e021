"""Is the drop real, and how much of it does the evaluation set make?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from ledger.analysis.designs import compared
from ledger.model.frozen import frozen
from ledger.model.replicates import Point
from ledger.stats.contrast import CONFIDENCE, Contrasted, NoNoise, mean
from ledger.stats.ratio import Ratio, of_gains, of_pairs

Values: TypeAlias = Mapping[Point, float]
"""The values of a metric in one arm, by replicate."""

GOOD, BAD = "good", "bad"


@frozen
class MetricDifference(Contrasted):
    """What becomes of a metric from one arm to another: `difference` is after − before.

    Without an estimate of the noise it is a plain number, and `contrast` is None.
    """

    difference: float

    def p_worse(self, sign: int) -> float | None:
        """One-sided p of "it has not become worse"; `sign` is 1 where a lower value is worse, −1 where a higher is."""
        if self.contrast is None:
            return None
        return self.contrast.p_below(0.0) if sign > 0 else self.contrast.p_above(0.0)


@frozen
class FixedEvaluation:
    """How much of the drop is there when both ends are evaluated on one set.

    `paths` are the data of the evaluation that differ; `at_bad` says whose set is the fixed one. `whole` is the drop as
    it was seen, each end on its own set, `fixed` on the fixed set, `other` on the other, where that was measured.
    `share` is what `fixed` is of `whole`; None without an estimate of the noise.
    """

    paths: tuple[str, ...]
    at_bad: bool
    whole: MetricDifference
    fixed: MetricDifference
    other: MetricDifference | None
    share: Ratio | None


def change(before: Values, after: Values) -> MetricDifference | None:
    """The difference between two arms: paired over the replicates of both where there are three at least, else Welch's.

    None where an arm has no value.
    """
    if not before or not after:
        return None
    common = [point for point in before if point in after]
    left, right = before, after
    # two pairs say less of the noise than all values do
    if len(common) >= 3:
        left, right = ({point: side[point] for point in common} for side in (before, after))
    try:
        contrast = compared(right, left, None)(1.0)
    except NoNoise:
        return MetricDifference(difference=mean(list(right.values())) - mean(list(left.values())))
    return MetricDifference(difference=contrast.estimate, contrast=contrast)


def on_fixed_evaluation(
    paths: tuple[str, ...], cells: Mapping[tuple[str, str], Values], *, at_bad: bool
) -> FixedEvaluation | None:
    """How much of the drop a fixed evaluation set leaves: paired over the replicates that the arms have in common.

    `cells` are the arms by model and by set: `("good", "bad")` is the good end's model on the bad end's set. None where
    the ends and the models on the fixed set have no replicate in common.
    """
    own, other = (BAD, GOOD) if at_bad else (GOOD, BAD)
    needed = [(GOOD, GOOD), (BAD, BAD), (GOOD, own), (BAD, own)]
    common = [point for point in cells.get(needed[0], {}) if all(point in cells.get(cell, {}) for cell in needed)]
    arms = {cell: {point: values[point] for point in common if point in values} for cell, values in cells.items()}
    good, bad, first, last = (arms.get(cell, {}) for cell in needed)
    whole, fixed = change(good, bad), change(first, last)
    if whole is None or fixed is None:
        return None
    return FixedEvaluation(
        paths=paths,
        at_bad=at_bad,
        whole=whole,
        fixed=fixed,
        other=change(arms.get((GOOD, other), {}), arms.get((BAD, other), {})),
        share=_share(good, bad, first, last),
    )


def explained(*, without: Values, good: Values, bad: Values) -> Ratio | None:
    """The share of the drop that is undone without an addition: (without − bad) / (good − bad).

    None without an estimate of the noise.
    """
    try:
        return of_gains(list(without.values()), list(good.values()), list(bad.values()), CONFIDENCE)
    except NoNoise:
        return None


def _share(good: Values, bad: Values, first: Values, last: Values) -> Ratio | None:
    fixed, whole = ([after[point] - before[point] for point in good] for before, after in ((first, last), (good, bad)))
    try:
        return of_pairs(fixed, whole, CONFIDENCE)
    except NoNoise:
        return None
