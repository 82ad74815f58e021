"""Does the evidence support the predictions? The rules follow from the design, not from the numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ledger.model.hypothesis import TREATMENT, Plan
from ledger.model.prediction import Operator, Prediction
from ledger.model.replicates import Axis, Point
from ledger.model.verdict import INCONCLUSIVE, REFUTED, SUPPORTED, Judged, Verdict
from ledger.stats.contrast import WELCH, Contrast, NoNoise, one_sample, over_folds, paired, welch
from ledger.stats.multiple import holm
from ledger.stats.power import detectable, replicates_needed

Values = dict[Point, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One side of a prediction: the declared points, and each metric's value at those that succeeded.

    `evaluation` holds the hashes of what the side was evaluated on, by path; None where it is not known.
    """

    label: str
    declared: tuple[Point, ...]
    metrics: Mapping[str, Mapping[Point, float]]
    evaluation: Mapping[str, str | None]


def judge(
    plan: Plan,
    arms: Mapping[str, Arm],
    *,
    warnings: Iterable[str] = (),
    amendments: Iterable[Mapping[str, Any]] = (),
    looks: int = 1,
    early: bool = False,
) -> Verdict:
    """The verdict on a plan. `arms` holds the plan's variants and the other experiments that predictions name.

    `looks` counts how often the results were there to be looked at; `early`: trials are still missing, which makes
    the outcome inconclusive whatever the numbers are.
    """
    judged = [_Case(plan, prediction, arms).judged() for prediction in plan.predictions]
    judged = _corrected(judged, plan.alpha / plan.looks)
    outcomes = [one.outcome for one in judged]
    if early or not judged:
        outcome = INCONCLUSIVE
    elif REFUTED in outcomes:
        outcome = REFUTED
    else:
        outcome = SUPPORTED if all(o == SUPPORTED for o in outcomes) else INCONCLUSIVE
    first = []
    if looks > plan.looks:
        first.append(
            f"the results were looked at {looks} times, and the plan declares {plan.looks}: "
            "the chance of a false verdict is greater than alpha says"
        )
    if early:
        first.append("concluded early: declared trials were missing")
    if plan.exploratory or not judged:
        first.append("exploratory: nothing was predicted, so there is nothing to support or refute")
    return Verdict(
        outcome=outcome,
        predictions=tuple(judged),
        warnings=(
            *first,
            *warnings,
            "on this evaluation set: the replicates do not measure the luck of having just this one",
        ),
        amendments=tuple(dict(a) for a in amendments),
        looks=looks,
        alpha=plan.alpha,
    )


def _corrected(judged: Sequence[Judged], alpha: float) -> list[Judged]:
    """With several predictions one is refuted only where it is after Holm's correction across them."""
    known = [i for i, one in enumerate(judged) if one.p_refuting is not None]
    result = list(judged)
    if len(judged) < 2:
        return [replace(one, p_refuting=None) for one in judged]
    corrected = holm([judged[i].p_refuting or 0.0 for i in known])
    for index, p in zip(known, corrected, strict=True):
        one = replace(judged[index], p_refuting=p)
        if one.outcome == REFUTED and p > alpha:
            remark = "refuted by itself, but not after the correction for several predictions"
            one = replace(one, outcome=INCONCLUSIVE, remarks=(*one.remarks, remark))
        result[index] = one
    return result


class _Case:
    """One prediction and the two sides that it is about."""

    def __init__(self, plan: Plan, prediction: Prediction, arms: Mapping[str, Arm]) -> None:
        self.plan = plan
        self.prediction = prediction
        self.metric = prediction.metric.name
        self.alpha = plan.alpha / plan.looks
        self.treatment = arms[prediction.metric.variant or TREATMENT]
        self.baseline = None if prediction.reference is None else arms.get(prediction.reference)
        self.remarks: list[str] = []

    def judged(self) -> Judged:
        """The prediction with its outcome."""
        try:
            return self._judged()
        except _Open as reason:
            sides = (self.treatment, self.baseline)
            counts = [len(s.metrics.get(self.metric, {})) if s is not None else None for s in sides]
            return Judged(
                text=str(self.prediction),
                outcome=INCONCLUSIVE,
                n=counts[0] or 0,
                n_baseline=counts[1],
                remarks=(*self.remarks, str(reason)),
            )

    def _judged(self) -> Judged:
        p = self.prediction
        if p.reference is not None and self.baseline is None:
            raise _Open(f"there are no trials of {p.reference} to compare with")
        self._require_same_evaluation()
        treatment = self._values(self.treatment)
        baseline = None if self.baseline is None else self._values(self.baseline)
        if self.metric in self.plan.deterministic:
            return self._exact(treatment, baseline)
        try:
            return self._tested(treatment, baseline)
        except NoNoise as error:
            raise _Open(
                f"no estimate of the noise: {error}. If {self.metric} is honestly the same for every replicate, "
                "declare it deterministic in the plan; else replicates change nothing, or were restored from one run"
                if "vary" in str(error)
                else f"no estimate of the noise: {error}"
            ) from None

    # --- the values

    def _values(self, arm: Arm) -> Values:
        """The metric at every declared point; raises where some lack it and the plan does not say."""
        known = {p: v for p, v in arm.metrics.get(self.metric, {}).items() if p in arm.declared and math.isfinite(v)}
        lacking = [point for point in arm.declared if point not in known]
        if not lacking:
            return known
        failures = self.plan.failures
        if failures == "inconclusive":
            raise _Open(f"{len(lacking)} of {len(arm.declared)} trials of {arm.label} have no finite {self.metric}")
        stand_in = self._worst() if failures == "worst" else float(failures)
        self.remarks.append(f"{len(lacking)} failed trials of {arm.label} count as {stand_in:g}, as the plan declares")
        return {point: known.get(point, stand_in) for point in arm.declared}

    def _worst(self) -> float:
        higher = self.prediction.higher_is_better
        seen = [
            v
            for arm in (self.treatment, self.baseline)
            if arm is not None
            for v in arm.metrics.get(self.metric, {}).values()
            if math.isfinite(v)
        ]
        if higher is None or not seen:
            raise _Open("the plan counts a failure as the worst value, and there is none to take")
        return min(seen) if higher else max(seen)

    def _require_same_evaluation(self) -> None:
        if self.baseline is None:
            return
        for path in self.plan.evaluation:
            mine, theirs = self.treatment.evaluation.get(path), self.baseline.evaluation.get(path)
            if mine is None or theirs is None:
                raise _Open(f"what {path} was, which both sides must be evaluated on, is not recorded")
            if mine != theirs:
                raise _Open(f"the two sides were evaluated on different data: {path} differs, so they do not compare")

    # --- the decision

    def _exact(self, treatment: Values, baseline: Values | None) -> Judged:
        """A metric that is declared deterministic is compared as it is."""
        sides = [set(treatment.values()), *([] if baseline is None else [set(baseline.values())])]
        if any(len(side) != 1 for side in sides):
            raise _Open(f"{self.metric} is declared deterministic, and its replicates differ")
        value = sides[0].pop()
        other = sides[1].pop() if baseline is not None else None
        estimate = value if other is None else value - other
        low, high = self._bounds(other)
        return Judged(
            text=str(self.prediction),
            outcome=SUPPORTED if self._inside(estimate, low, high) else REFUTED,
            estimate=estimate,
            test="exact",
            n=len(treatment),
            n_baseline=None if baseline is None else len(baseline),
            remarks=tuple(self.remarks),
        )

    def _bounds(self, other: float | None) -> tuple[float, float]:
        """Where the estimate must lie for the prediction to hold."""
        p = self.prediction
        size = p.threshold if other is None else p.margin * (other if p.relative else 1.0)
        assert size is not None
        if p.operator is Operator.WITHIN:
            return -abs(size), abs(size)
        return (size, math.inf) if p.higher_is_better else (-math.inf, size)

    def _inside(self, estimate: float, low: float, high: float) -> bool:
        if self.prediction.operator in (Operator.ABOVE, Operator.BELOW):
            return low < estimate < high
        return low <= estimate <= high

    def _tested(self, treatment: Values, baseline: Values | None) -> Judged:
        p = self.prediction
        contrast = self._contrast(treatment, baseline)
        plain = contrast(1.0)
        if p.relative and (baseline is None or math.fsum(baseline.values()) <= 0):
            raise _Open(f"a relative margin has no meaning here: the mean of {p.reference} is not positive")
        if p.operator is Operator.WITHIN:
            claim, contrary = self._equivalence(contrast)
        else:
            target = contrast(1.0 + p.margin) if p.relative else plain
            margin = p.threshold if p.threshold is not None else 0.0 if p.relative else p.margin
            above, below = target.p_above(margin), target.p_below(margin)
            claim, contrary = (above, below) if p.higher_is_better else (below, above)
        outcome = SUPPORTED if claim <= self.alpha else REFUTED if contrary <= self.alpha else INCONCLUSIVE
        interval = plain.interval(1 - 2 * self.alpha)
        self._remark(outcome, plain, interval)
        return Judged(
            text=str(p),
            outcome=outcome,
            estimate=plain.estimate,
            interval=interval,
            confidence=1 - 2 * self.alpha,
            p_value=claim,
            p_refuting=contrary,
            test=plain.test,
            n=plain.n,
            n_baseline=plain.n_baseline,
            remarks=tuple(self.remarks),
        )

    def _equivalence(self, contrast: Callable[[float], Contrast]) -> tuple[float, float]:
        """Two one-sided tests (Schuirmann 1987): p of the claim, and of lying wholly outside."""
        p = self.prediction
        if p.relative:
            upper, lower, high, low = contrast(1.0 + p.margin), contrast(1.0 - p.margin), 0.0, 0.0
        else:
            upper = lower = contrast(1.0)
            high, low = p.margin, -p.margin
        return max(upper.p_below(high), lower.p_above(low)), min(upper.p_above(high), lower.p_below(low))

    def _contrast(self, treatment: Values, baseline: Values | None) -> Callable[[float], Contrast]:
        """The test that the design asks for, as a function of the baseline's factor."""
        fold = self.plan.replicates.fold_axis
        if baseline is None:
            return lambda _: one_sample(list(treatment.values()))
        common = [point for point in treatment if point in baseline]
        if len(common) < len(treatment):
            if common:
                self.remarks.append(
                    f"only {len(common)} of {len(treatment)} replicates are the same on both sides: they are not paired"
                )
            return lambda factor: welch(list(treatment.values()), list(baseline.values()), factor=factor)
        if fold is not None:
            folds = len(fold.values)
            if folds < 2:
                raise NoNoise("one fold gives no estimate of the noise")
            mine, theirs = _by_fold(treatment, fold), _by_fold({p: baseline[p] for p in treatment}, fold)
            return lambda factor: over_folds(mine, theirs, test_share=1 / (folds - 1), factor=factor)
        pairs = [(treatment[p], baseline[p]) for p in treatment]
        return lambda factor: paired([t for t, _ in pairs], [b for _, b in pairs], factor=factor)

    def _remark(self, outcome: str, plain: Contrast, interval: tuple[float, float]) -> None:
        p = self.prediction
        higher = p.higher_is_better
        improved = higher is not None and p.reference is not None and (interval[0] > 0 if higher else interval[1] < 0)
        if outcome == REFUTED and improved:
            self.remarks.append(
                "an improvement all the same: the interval lies wholly on the better side of no difference"
            )
        if outcome != INCONCLUSIVE:
            return
        is_paired = plain.test != WELCH
        smallest = detectable(plain.n, alpha=self.alpha, paired=is_paired) * plain.sd
        self.remarks.append(
            f"{plain.n} replicates would find a difference from the margin of {smallest:.3g} (power 0.8)"
        )
        distance = self._distance(plain)
        needed = replicates_needed(distance / plain.sd, alpha=self.alpha, paired=is_paired)
        if needed is None:
            self.remarks.append(
                "the observed effect lies so near to the margin that no number of replicates will decide"
            )
        else:
            self.remarks.append(f"the observed effect would need about {math.ceil(needed)} replicates")

    def _distance(self, plain: Contrast) -> float:
        """How far the estimate lies from where the prediction would turn."""
        p = self.prediction
        if p.threshold is not None:
            return abs(plain.estimate - p.threshold)
        size = p.margin
        if p.relative and self.baseline is not None:
            values = [v for v in self.baseline.metrics.get(self.metric, {}).values() if math.isfinite(v)]
            size *= math.fsum(values) / len(values)
        if p.operator is Operator.WITHIN:
            return abs(abs(plain.estimate) - size)
        return abs(plain.estimate - size)


class _Open(Exception):
    """Why a prediction can be neither supported nor refuted."""


def _by_fold(values: Values, fold: Axis) -> list[float]:
    """The mean over the other axes for each fold, in the order of the folds."""
    found = []
    for value in fold.values:
        inside = [v for point, v in values.items() if dict(point)[fold.name] == value]
        found.append(math.fsum(inside) / len(inside))
    return found
