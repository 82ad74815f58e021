"""Does the evidence support the predictions? The rules follow from the design, not from the numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ledger.analysis import confirmatory, designs, direction
from ledger.analysis.designs import Family, OtherParts
from ledger.analysis.sight import sight
from ledger.analysis.variation import variation
from ledger.model.frozen import frozen
from ledger.model.hypothesis import TREATMENT, Plan
from ledger.model.prediction import Operator, Prediction
from ledger.model.replicates import Point
from ledger.model.settings import Settings
from ledger.model.verdict import INCONCLUSIVE, REFUTED, SUPPORTED, Judged, Verdict
from ledger.stats.contrast import Contrast, NoNoise, NoVariation
from ledger.stats.multiple import holm

Values = dict[Point, float]


@frozen
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
    amendments: Sequence[Mapping[str, Any]] = (),
    looks: int = 1,
    left_out: Sequence[str] = (),
    older: Sequence[str] = (),
    voided: Sequence[str] = (),
    late_aliases: Sequence[str] = (),
    late_directions: Sequence[str] = (),
    early: bool = False,
    settings: Settings | None = None,
) -> Verdict:
    """The verdict on a plan. `arms` holds the plan's variants and the other experiments that predictions name.

    `settings` say which values of a metric are better, where the plan counts failures as the worst.
    `looks` to `late_directions`: see `confirmatory.reasons`. `early`: trials are missing, so it is inconclusive.
    """
    known = settings or Settings()
    cases = [_Case(plan, prediction, arms, early=early, settings=known) for prediction in plan.predictions]
    judged = _corrected([case.judged() for case in cases], plan.alpha / plan.looks)
    judged = [replace(one, remarks=case.remarks(one)) for case, one in zip(cases, judged, strict=True)]
    outcomes = [one.outcome for one in judged]
    if early or not judged:
        outcome = INCONCLUSIVE
    elif REFUTED in outcomes:
        outcome = REFUTED
    else:
        outcome = SUPPORTED if all(o == SUPPORTED for o in outcomes) else INCONCLUSIVE
    # where no failure stands for the worst value it decides nothing
    turned = [metric for metric in late_directions if any(case.worst and case.metric == metric for case in cases)]
    why_not = confirmatory.reasons(
        plan,
        amendments,
        looks=looks,
        left_out=left_out,
        older=older,
        voided=voided,
        late_aliases=late_aliases,
        late_directions=turned,
    )
    first = []
    if looks > plan.looks:
        times = f"the results were looked at {looks} times, and the plan declares {plan.looks}"
        first.append(f"{times}: the chance of a false verdict is greater than alpha says")
    if early:
        first.append("concluded early: declared trials were missing")
    if not judged:
        first.append("exploratory: nothing was predicted, so there is nothing to support or refute")
    elif plan.exploratory:
        first.append("exploratory: what is found here is for a new experiment to support")
    return Verdict(
        outcome=confirmatory.capped(outcome, why_not),
        reasons=why_not,
        numbers_say=outcome,
        left_out=tuple(left_out),
        voided=tuple(voided),
        late_aliases=tuple(late_aliases),
        late_directions=tuple(turned),
        predictions=tuple(judged),
        warnings=(
            *first,
            *warnings,
            # folds and splits sample the test data of one data set; nothing samples another
            "for this evaluation set only: replicates do not sample the test data"
            if plan.replicates.parts_axis is None
            else f"for this data set only: {plan.replicates.parts_axis.kind}s sample no other one",
        ),
        amendments=tuple(dict(a) for a in amendments),
        looks=looks,
        alpha=plan.alpha,
        early=early,
    )


def decide(claim: float, contrary: float, alpha: float) -> str:
    """The outcome of a prediction from the one-sided p of its claim and of its contrary.

    The same as asking where the two-sided interval of confidence 1 - 2 * alpha lies: on the right side of the margin
    or on it, wholly on the other, or across.
    """
    return SUPPORTED if claim <= alpha else REFUTED if contrary < alpha else INCONCLUSIVE


def _corrected(judged: Sequence[Judged], alpha: float) -> list[Judged]:
    """With several predictions one is refuted only where it is after Holm's correction across them."""
    known = [i for i, one in enumerate(judged) if one.p_refuting is not None]
    result = list(judged)
    if len(judged) < 2:
        return [replace(one, p_refuting=None) for one in judged]
    corrected = holm([judged[i].p_refuting or 0.0 for i in known])
    for index, p in zip(known, corrected, strict=True):
        one = replace(judged[index], p_refuting=p)
        if one.outcome == REFUTED and p >= alpha:
            remark = "refuted by itself, but not after the correction for several predictions"
            one = replace(one, outcome=INCONCLUSIVE, remarks=(*one.remarks, remark))
        result[index] = one
    return result


class _Case:
    """One prediction and the two sides that it is about."""

    def __init__(
        self, plan: Plan, prediction: Prediction, arms: Mapping[str, Arm], *, early: bool, settings: Settings
    ) -> None:
        self.plan = plan
        self.prediction = prediction
        self.early = early
        self.metric = prediction.metric.name
        self.settings = settings
        self.alpha = plan.alpha / plan.looks
        self.parts = plan.replicates.parts_axis
        self.treatment = arms.get(prediction.metric.variant or TREATMENT)
        self.baseline = None if prediction.reference is None else arms.get(prediction.reference)
        self.said: list[str] = []
        # whether the worst value stands for a failure
        self.worst = False
        # how far the estimate lies from each bound of what is predicted: known once there is a test
        self.gaps: tuple[Contrast, ...] = ()

    def judged(self) -> Judged:
        """The prediction with its outcome by itself. Raises nothing: what cannot be tested is inconclusive."""
        try:
            return self._judged()
        except _Open as reason:
            self.said.append(str(reason))
            sides = [None if side is None else len(self._known(side)) for side in (self.treatment, self.baseline)]
            return Judged(text=str(self.prediction), outcome=INCONCLUSIVE, n=sides[0] or 0, n_baseline=sides[1])

    def remarks(self, judged: Judged) -> tuple[str, ...]:
        """What else is to be known of the prediction, its outcome being final."""
        remarks = []
        if judged.outcome == REFUTED and self._moved(judged):
            # whether the predicted direction is the better one is not for an inequality to say
            remarks.append("in the predicted direction all the same: the whole interval lies on that side of zero")
        remarks += [*self.said, *judged.remarks]
        if judged.outcome == INCONCLUSIVE and self.gaps:
            remarks += sight(self.prediction, self.gaps, self.parts, alpha=self.alpha, tests=len(self.plan.predictions))
        return tuple(remarks)

    def _judged(self) -> Judged:
        p = self.prediction
        if self.treatment is None:
            raise _Open(f"there are no trials of {p.metric.variant or TREATMENT}")
        if p.reference is not None and self.baseline is None:
            raise _Open(f"there are no trials of {p.reference} to compare with")
        self._require_same_evaluation(self.treatment)
        treatment = self._values(self.treatment)
        baseline = None if self.baseline is None else self._values(self.baseline)
        if baseline is not None and all(point in baseline for point in treatment):
            baseline = {point: baseline[point] for point in treatment}
        if p.relative and (baseline is None or math.fsum(baseline.values()) <= 0):
            raise _Open(f"a relative margin has no meaning here: the mean of {p.reference} is not positive")
        if self.metric in self.plan.deterministic:
            return self._exact(treatment, baseline)
        if p.operator is Operator.WITHIN and treatment == baseline and len(set(treatment.values())) > 1:
            return self._identical(len(treatment))
        try:
            return self._tested(treatment, baseline)
        except NoNoise as error:
            raise _Open(f"no estimate of the noise: {self._why_none(error, treatment, baseline)}") from None

    def _why_none(self, error: NoNoise, treatment: Values, baseline: Values | None) -> str:
        if not isinstance(error, NoVariation):
            return str(error)
        if any(len(set(side.values())) > 1 for side in (treatment, baseline or {})):
            return "the difference is the same at every replicate, so the replicates do not vary it"
        return (
            f"{error}. If {self.metric} is honestly the same for every replicate, declare it deterministic in the "
            "plan; else replicates change nothing, or were restored from one run"
        )

    # --- the values

    def _known(self, arm: Arm) -> Values:
        """The metric at the declared points where it is a number, in the declared order."""
        given = arm.metrics.get(self.metric, {})
        return {point: given[point] for point in arm.declared if math.isfinite(given.get(point, math.nan))}

    def _values(self, arm: Arm) -> Values:
        """The metric at every declared point; raises where some lack it and the plan does not say."""
        known = self._known(arm)
        lacking = len(arm.declared) - len(known)
        if not lacking:
            return known
        failures = self.plan.failures
        # a trial that has not run yet has not failed
        if failures == "inconclusive" or self.early:
            raise _Open(f"{lacking} of {len(arm.declared)} trials of {arm.label} have no finite {self.metric}")
        if self.metric not in arm.metrics and any(
            point in values for values in arm.metrics.values() for point in arm.declared
        ):
            raise _Open(f"no trial of {arm.label} that succeeded has a metric {self.metric}: that is no failure")
        stand_in = self._worst() if failures == "worst" else float(failures)
        self.said.append(
            f"{lacking} of {len(arm.declared)} trials of {arm.label} failed and count as {stand_in:g}, "
            "as the plan declares"
        )
        return {point: known.get(point, stand_in) for point in arm.declared}

    def _worst(self) -> float:
        """The worst value of either side, which stands for a failure on any."""
        better = direction.of_metric(self.metric, self.plan.predictions, self.settings)
        if better is None:
            raise _Open(
                f"the plan counts a failure as the worst value, and nothing says which values of {self.metric} are "
                f"worse: commit `direction` of {self.metric} in ledger.yaml"
            )
        seen = [v for arm in (self.treatment, self.baseline) if arm is not None for v in self._known(arm).values()]
        if not seen:
            raise _Open("the plan counts a failure as the worst value, and there is none to take")
        self.worst = True
        return min(seen) if better == direction.HIGHER else max(seen)

    def _require_same_evaluation(self, treatment: Arm) -> None:
        if self.baseline is None:
            return
        for path in self.plan.evaluation:
            mine, theirs = treatment.evaluation.get(path), self.baseline.evaluation.get(path)
            if mine is None or theirs is None:
                raise _Open(
                    f"what {path} was, which both sides must be evaluated on, is not recorded, or not the same for "
                    "all trials of a side"
                )
            if mine != theirs:
                raise _Open(f"the two sides were evaluated on different data: {path} differs, so they do not compare")

    # --- the decision

    def _exact(self, treatment: Values, baseline: Values | None) -> Judged:
        """A metric that is declared deterministic is compared as it is, in the decimals that are written."""
        p = self.prediction
        sides = [set(treatment.values()), *([] if baseline is None else [set(baseline.values())])]
        if any(len(side) != 1 for side in sides):
            raise _Open(f"{self.metric} is declared deterministic, and its replicates differ")
        value, *other = (_decimal(side.pop()) for side in sides)
        estimate = value - other[0] if other else value
        size = _decimal(p.margin if p.threshold is None else p.threshold) * (other[0] if p.relative else 1)
        holds = {
            Operator.AT_LEAST: estimate >= size,
            Operator.ABOVE: estimate > size,
            Operator.AT_MOST: estimate <= size,
            Operator.BELOW: estimate < size,
            Operator.WITHIN: abs(estimate) <= size,
        }
        return Judged(
            text=str(p),
            outcome=SUPPORTED if holds[p.operator] else REFUTED,
            estimate=float(estimate),
            test="exact",
            n=len(treatment),
            n_baseline=None if baseline is None else len(baseline),
        )

    def _identical(self, n: int) -> Judged:
        """Pairs that are the same to the last bit need no test to lie within any margin."""
        self.said.append(f"identical at all {n} replicates")
        return Judged(text=str(self.prediction), outcome=SUPPORTED, estimate=0.0, test="identical", n=n, n_baseline=n)

    def _tested(self, treatment: Values, baseline: Values | None) -> Judged:
        p = self.prediction
        contrast = self._contrast(treatment, baseline)
        if p.relative and baseline is not None:
            self._require_positive(baseline)
        plain = contrast(1.0)
        # against each bound: how far the estimate lies above it
        if p.operator is Operator.WITHIN:
            upper, lower = self._gap(contrast, p.margin), self._gap(contrast, -p.margin)
            self.gaps = (lower, upper)
            claim = max(upper.p_below(0), lower.p_above(0))  # two one-sided tests (Schuirmann 1987)
            contrary = min(upper.p_above(0), lower.p_below(0))
        else:
            gap = self._gap(contrast, p.margin if p.threshold is None else p.threshold)
            self.gaps = (gap,)
            above, below = gap.p_above(0), gap.p_below(0)
            claim, contrary = (above, below) if p.higher_is_better else (below, above)
        sides = {arm.label: side for arm, side in ((self.treatment, treatment), (self.baseline, baseline))
                 if arm is not None and side is not None}  # fmt: skip
        self.said += variation(self.metric, plain, {label: list(side.values()) for label, side in sides.items()})
        if p.operator is Operator.WITHIN:
            low, high = plain.interval(1 - 2 * self.alpha)
            told = "is not told" if low <= 0 <= high else "is told"
            self.said.append(f"the difference {told} from zero")
        return Judged(
            text=str(p),
            outcome=decide(claim, contrary, self.alpha),
            estimate=plain.estimate,
            interval=plain.interval(1 - 2 * self.alpha),
            confidence=1 - 2 * self.alpha,
            p_value=claim,
            p_refuting=contrary,
            test=plain.test,
            n=plain.n,
            n_baseline=plain.n_baseline,
        )

    def _require_positive(self, baseline: Values) -> None:
        """A relative margin turns round with the sign of the baseline's mean, which must be certain."""
        try:
            low, high = designs.compared(baseline, None, self.parts)(1.0).interval(0.9)
        except NoVariation:
            return  # it is the same at every replicate, and positive
        if low <= 0:
            raise _Open(
                f"a relative margin has no meaning here: the mean of {self.prediction.reference} is not known to be "
                f"positive (90% interval {low:.4g} to {high:.4g})"
            )

    def _gap(self, contrast: Family, margin: float) -> Contrast:
        """How far the estimate lies above a margin. A relative one is no fixed number, but part of the contrast."""
        if not self.prediction.relative:
            plain = contrast(1.0)
            return replace(plain, estimate=plain.estimate - margin)
        factor = 1.0 + margin
        gap = contrast(factor)
        low, high = gap.interval(1 - 2 * self.alpha)
        assert self.treatment is not None and self.baseline is not None
        self.said.append(
            f"tested as {self.treatment.label} - {factor:g} × {self.baseline.label}: {gap.estimate:.4g} "
            f"({1 - 2 * self.alpha:.0%} interval {low:.4g} to {high:.4g})"
        )
        return gap

    def _contrast(self, treatment: Values, baseline: Values | None) -> Family:
        """The test that the design asks for, as a function of the baseline's factor."""
        try:
            family = designs.compared(treatment, baseline, self.parts)
        except OtherParts as error:
            raise _Open(str(error)) from None
        rule = designs.rule(treatment, self.parts)
        if rule is not None:
            self.said.append(rule)
        for name in self.plan.replicates.unclear:
            self.said.append(
                f"{name} sounds like parts of one data set, and the plan does not say what it is: its values are taken "
                "for independent, which is too sure if they are folds or splits"
            )
        common = sum(point in baseline for point in treatment) if baseline is not None and self.parts is None else 0
        if baseline is not None and common and treatment.keys() != baseline.keys():
            self.said.append(
                f"only {common} of {len(treatment)} replicates are the same on both sides: they are not paired"
            )
        return family

    # --- the remarks

    def _moved(self, judged: Judged) -> bool:
        higher = self.prediction.higher_is_better
        if higher is None or self.prediction.reference is None or judged.estimate is None:
            return False
        low, high = judged.interval or (judged.estimate, judged.estimate)
        return low > 0 if higher else high < 0


class _Open(Exception):
    """Why a prediction can be neither supported nor refuted."""


def _decimal(value: float) -> Decimal:
    """The number as it is written: 0.57 is 0.56 + 0.01, though not in binary."""
    return Decimal(repr(float(value)))
