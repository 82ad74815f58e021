"""Do the two sides that a prediction compares support it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ledger.analysis import arms, designs
from ledger.analysis.arms import ArmValues, Undecided, Values
from ledger.analysis.designs import Family, OtherParts
from ledger.analysis.sight import sight
from ledger.model.plan import TREATMENT, Plan
from ledger.model.prediction import Operator, Prediction
from ledger.model.remarks import Kind, Remark
from ledger.model.settings import Settings
from ledger.model.verdict import INCONCLUSIVE, REFUTED, SUPPORTED, Judged
from ledger.stats.contrast import Contrast, NoNoise, NoVariation, mean

# differences that spread by less than this share of the values may be rounding of 32-bit numbers
_DUST = 1e-6


def decide(claim: float, contrary: float, alpha: float) -> str:
    """The outcome of a prediction from the one-sided p of its claim and of its contrary.

    The same as asking where the two-sided interval of confidence 1 - 2 * alpha lies: on the right side of the margin
    or on it, wholly on the other, or across.
    """
    return SUPPORTED if claim <= alpha else REFUTED if contrary < alpha else INCONCLUSIVE


def claims(prediction: Prediction, gaps: Sequence[Contrast]) -> tuple[float, float]:
    """The one-sided p of a prediction's claim and of its contrary.

    `gaps`: how far the estimate lies above what is predicted; of `within`, above its lower and its upper bound.
    """
    if prediction.operator is Operator.WITHIN:
        lower, upper = gaps
        # two one-sided tests (Schuirmann 1987)
        return max(upper.p_below(0), lower.p_above(0)), min(upper.p_above(0), lower.p_below(0))
    (gap,) = gaps
    above, below = gap.p_above(0), gap.p_below(0)
    return (above, below) if prediction.higher_is_better else (below, above)


class Case:
    """One prediction and the two sides that it is about. `early`: trials are missing, and have not failed."""

    def __init__(
        self, plan: Plan, prediction: Prediction, arms: Mapping[str, ArmValues], *, early: bool, settings: Settings
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
        self.said: list[Remark] = []
        # how far the estimate lies from each bound of what is predicted: known once there is a test
        self.gaps: tuple[Contrast, ...] = ()

    def judged(self) -> Judged:
        """The prediction with its outcome on its own. Raises nothing: what cannot be tested is inconclusive."""
        try:
            return self._judged()
        except Undecided as reason:
            self.said.append(reason.remark)
            sides = [None if side is None else len(side.known(self.metric)) for side in (self.treatment, self.baseline)]
            return Judged(text=str(self.prediction), outcome=INCONCLUSIVE, n=sides[0] or 0, n_baseline=sides[1])

    def remarks(self, judged: Judged) -> tuple[Remark, ...]:
        """What qualifies the prediction, once its outcome is final."""
        remarks = []
        if judged.outcome == REFUTED and self._moved(judged):
            # whether the predicted direction is the better one is not for an inequality to say
            remarks.append(Remark.of(Kind.RIGHT_DIRECTION))
        remarks += [*self.said, *judged.remarks]
        if judged.outcome == INCONCLUSIVE and self.gaps:
            remarks += sight(self.prediction, self.gaps, self.parts, alpha=self.alpha, tests=len(self.plan.predictions))
        return tuple(remarks)

    def _judged(self) -> Judged:
        p = self.prediction
        if self.treatment is None:
            raise Undecided(Remark.of(Kind.NO_TRIALS, arm=p.metric.variant or TREATMENT))
        if p.reference is not None and self.baseline is None:
            raise Undecided(Remark.of(Kind.NO_REFERENCE, arm=p.reference))
        if self.baseline is not None:
            arms.require_same_evaluation(self.treatment, self.baseline, self.plan.evaluation)
        treatment = self._values(self.treatment)
        baseline = None if self.baseline is None else self._values(self.baseline)
        if baseline is not None and all(point in baseline for point in treatment):
            baseline = {point: baseline[point] for point in treatment}
        if p.relative and (not baseline or mean(list(baseline.values())) <= 0):
            raise Undecided(Remark.of(Kind.NOT_POSITIVE, arm=p.reference))
        if self.metric in self.plan.deterministic:
            return self._exact(treatment, baseline)
        if p.operator is Operator.WITHIN and treatment == baseline and len(set(treatment.values())) > 1:
            return self._identical(len(treatment))
        try:
            return self._tested(treatment, baseline)
        except NoNoise as error:
            raise Undecided(self._no_noise(error, treatment, baseline)) from None

    def _values(self, arm: ArmValues) -> Values:
        sides = [side for side in (self.treatment, self.baseline) if side is not None]
        found, said = arms.values(arm, self.metric, self.plan, sides, self.settings, early=self.early)
        self.said += said
        return found

    def _no_noise(self, error: NoNoise, treatment: Values, baseline: Values | None) -> Remark:
        if not isinstance(error, NoVariation):
            return Remark.of(error.kind)
        if any(len(set(side.values())) > 1 for side in (treatment, baseline or {})):
            return Remark.of(Kind.SAME_DIFFERENCE)
        return Remark.of(error.kind, metric=self.metric)

    # --- the decision

    def _exact(self, treatment: Values, baseline: Values | None) -> Judged:
        """A metric that is declared deterministic is compared exactly, in the decimals as written."""
        p = self.prediction
        sides = [set(treatment.values()), *([] if baseline is None else [set(baseline.values())])]
        if any(len(side) != 1 for side in sides):
            raise Undecided(Remark.of(Kind.NOT_DETERMINISTIC, metric=self.metric))
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
        self.said.append(Remark.of(Kind.IDENTICAL, n=n))
        return Judged(text=str(self.prediction), outcome=SUPPORTED, estimate=0.0, test="identical", n=n, n_baseline=n)

    def _tested(self, treatment: Values, baseline: Values | None) -> Judged:
        p = self.prediction
        contrast = self._contrast(treatment, baseline)
        if p.relative and baseline is not None:
            self._require_positive(baseline)
        plain = contrast(1.0)
        low, high = plain.interval(1 - 2 * self.alpha)
        # against each bound: how far the estimate lies above it
        if p.operator is Operator.WITHIN:
            upper, lower = self._gap(contrast, p.margin), self._gap(contrast, -p.margin)
            self.gaps = (lower, upper)
        else:
            self.gaps = (self._gap(contrast, p.margin if p.threshold is None else p.threshold),)
        claim, contrary = claims(p, self.gaps)
        sides = ((self.treatment, treatment), (self.baseline, baseline))
        by_label = {arm.label: list(side.values()) for arm, side in sides if arm is not None and side is not None}
        self.said += _variation(self.metric, plain, by_label)
        if p.operator is Operator.WITHIN:
            self.said.append(Remark.of(Kind.NOT_TOLD_FROM_ZERO if low <= 0 <= high else Kind.TOLD_FROM_ZERO))
        return Judged(
            text=str(p),
            outcome=decide(claim, contrary, self.alpha),
            estimate=plain.estimate,
            interval=(low, high),
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
            arm = self.prediction.reference
            raise Undecided(Remark.of(Kind.NOT_SURELY_POSITIVE, arm=arm, low=low, high=high))

    def _gap(self, contrast: Family, margin: float) -> Contrast:
        """How far the estimate lies above a margin. A relative one is no fixed number, but part of the contrast."""
        if not self.prediction.relative:
            plain = contrast(1.0)
            return replace(plain, estimate=plain.estimate - margin)
        factor, confidence = 1.0 + margin, 1 - 2 * self.alpha
        gap = contrast(factor)
        low, high = gap.interval(confidence)
        assert self.treatment is not None and self.baseline is not None
        self.said.append(
            Remark.of(
                Kind.RELATIVE,
                treatment=self.treatment.label,
                factor=factor,
                baseline=self.baseline.label,
                estimate=gap.estimate,
                confidence=confidence,
                low=low,
                high=high,
            )
        )
        return gap

    def _contrast(self, treatment: Values, baseline: Values | None) -> Family:
        """The test that the design asks for, as a function of the baseline's factor."""
        try:
            family = designs.compared(treatment, baseline, self.parts)
        except OtherParts as error:
            raise Undecided(error.remark) from None
        rule = designs.rule(treatment, self.parts)
        if rule is not None:
            self.said.append(rule)
        self.said += [Remark.of(Kind.UNCLEAR_AXIS, axis=name) for name in self.plan.replicates.unclear]
        common = sum(point in baseline for point in treatment) if baseline is not None and self.parts is None else 0
        if baseline is not None and common and treatment.keys() != baseline.keys():
            self.said.append(Remark.of(Kind.NOT_PAIRED, common=common, n=len(treatment)))
        return family

    def _moved(self, judged: Judged) -> bool:
        """Whether the whole interval lies on the predicted side of zero."""
        higher = self.prediction.higher_is_better
        if higher is None or self.prediction.reference is None or judged.estimate is None:
            return False
        low, high = judged.interval or (judged.estimate, judged.estimate)
        return low > 0 if higher else high < 0


def _decimal(value: float) -> Decimal:
    """The number as it is written: 0.57 is 0.56 + 0.01, though not in binary."""
    return Decimal(repr(float(value)))


def _variation(metric: str, found: Contrast, sides: Mapping[str, Sequence[float]]) -> list[Remark]:
    """What is doubtful about the noise that a comparison rests on; `sides` are the values compared, by their label."""
    said = [
        Remark.of(Kind.CONSTANT_SIDE, arm=label, metric=metric)
        for label, values in sides.items()
        if len(set(values)) == 1
    ]
    if min(found.n, found.n if found.n_baseline is None else found.n_baseline) == 2:
        said.append(Remark.of(Kind.TWO_REPLICATES))
    if found.sd < _DUST * max(abs(value) for values in sides.values() for value in values):
        said.append(Remark.of(Kind.ROUNDING, metric=metric))
    return said
