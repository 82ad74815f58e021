"""Which values does an arm have of a metric, and what stands for those that are lacking?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ledger.analysis import direction
from ledger.model.directions import HIGHER
from ledger.model.frozen import frozen
from ledger.model.plan import Plan
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Point
from ledger.model.settings import Settings

Values = dict[Point, float]


@frozen
class ArmValues:
    """One side of a prediction: the declared points, and each metric's value at those that succeeded.

    `evaluation` holds the hashes of what the side was evaluated on, by path; None where it is not known.
    """

    label: str
    declared: tuple[Point, ...]
    metrics: Mapping[str, Mapping[Point, float]]
    evaluation: Mapping[str, str | None]

    def known(self, metric: str) -> Values:
        """The metric at the declared points where it is a number, in the declared order."""
        given = self.metrics.get(metric, {})
        return {point: given[point] for point in self.declared if math.isfinite(given.get(point, math.nan))}


class Undecided(Exception):
    """Why a prediction can be neither supported nor refuted."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark)
        self.remark = remark


def values(
    arm: ArmValues, metric: str, plan: Plan, sides: Sequence[ArmValues], settings: Settings, *, early: bool
) -> tuple[Values, tuple[Remark, ...]]:
    """The metric at every declared point, and what is to be said of it. Raises Undecided where some lack it.

    Unless the plan says how failures count: as a number, or as the worst value of the `sides`. A trial that has not run
    yet, where it is `early`, has not failed.
    """
    known = arm.known(metric)
    declared = len(arm.declared)
    lacking = declared - len(known)
    if not lacking:
        return known, ()
    if plan.failures == "inconclusive" or early:
        raise Undecided(Remark.of(Kind.NOT_FINITE, lacking=lacking, declared=declared, arm=arm.label, metric=metric))
    if metric not in arm.metrics and any(point in of for of in arm.metrics.values() for point in arm.declared):
        raise Undecided(Remark.of(Kind.NO_SUCH_METRIC, arm=arm.label, metric=metric))
    value = _worst(metric, plan, sides, settings) if plan.failures == "worst" else float(plan.failures)
    said = Remark.of(Kind.FAILURES_COUNT, lacking=lacking, declared=declared, arm=arm.label, value=value)
    return {point: known.get(point, value) for point in arm.declared}, (said,)


def _worst(metric: str, plan: Plan, sides: Sequence[ArmValues], settings: Settings) -> float:
    """The worst value of either side, which stands for a failure on any."""
    better = direction.of_metric(metric, plan.predictions, settings)
    if better is None:
        raise Undecided(Remark.of(Kind.NO_WORSE_DIRECTION, metric=metric))
    seen = [value for arm in sides for value in arm.known(metric).values()]
    if not seen:
        raise Undecided(Remark.of(Kind.NO_WORST_VALUE))
    return min(seen) if better == HIGHER else max(seen)


def require_same_evaluation(treatment: ArmValues, baseline: ArmValues, paths: Sequence[str]) -> None:
    """Refuse sides that were not evaluated on the same data, or not known to be: Undecided."""
    for path in paths:
        mine, theirs = treatment.evaluation.get(path), baseline.evaluation.get(path)
        if mine is None or theirs is None:
            raise Undecided(Remark.of(Kind.EVALUATION_UNKNOWN, path=path))
        if mine != theirs:
            raise Undecided(Remark.of(Kind.EVALUATION_DIFFERS, path=path))
