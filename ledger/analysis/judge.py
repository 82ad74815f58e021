"""Does the evidence support the predictions? The rules follow from the design, not from the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ledger.analysis import confirmatory
from ledger.analysis.arms import ArmValues
from ledger.analysis.case import Case
from ledger.model.plan import Plan
from ledger.model.remarks import Kind, Remark
from ledger.model.settings import Settings
from ledger.model.verdict import INCONCLUSIVE, REFUTED, SUPPORTED, Amendment, Judged, Verdict
from ledger.stats.multiple import holm


def judge(
    plan: Plan,
    arms: Mapping[str, ArmValues],
    *,
    warnings: Iterable[Remark] = (),
    amendments: Sequence[Amendment] = (),
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
    cases = [Case(plan, prediction, arms, early=early, settings=known) for prediction in plan.predictions]
    judged = _corrected([case.judged() for case in cases], plan.alpha / plan.looks)
    judged = [replace(one, remarks=case.remarks(one)) for case, one in zip(cases, judged, strict=True)]
    outcome = INCONCLUSIVE if early else _outcome([one.outcome for one in judged])
    # it decides only where a failure counts as the worst value
    failing = {case.metric for case in cases if any(remark.kind == Kind.FAILURES_COUNT for remark in case.said)}
    turned = tuple(metric for metric in late_directions if metric in failing)
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
    return Verdict(
        outcome=confirmatory.capped(outcome, why_not),
        reasons=why_not,
        numbers_say=outcome,
        left_out=tuple(left_out),
        voided=tuple(voided),
        late_aliases=tuple(late_aliases),
        late_directions=turned,
        predictions=tuple(judged),
        warnings=(*_first(plan, looks, early=early), *warnings, _limit(plan)),
        amendments=tuple(amendments),
        looks=looks,
        alpha=plan.alpha,
        early=early,
    )


def _outcome(outcomes: Sequence[str]) -> str:
    """The outcome of all predictions together."""
    if REFUTED in outcomes:
        return REFUTED
    return SUPPORTED if outcomes and all(outcome == SUPPORTED for outcome in outcomes) else INCONCLUSIVE


def _first(plan: Plan, looks: int, *, early: bool) -> list[Remark]:
    """The weightiest warnings."""
    found = []
    if looks > plan.looks:
        found.append(Remark.of(Kind.TOO_MANY_LOOKS, looks=looks, declared=plan.looks))
    if early:
        found.append(Remark.of(Kind.EARLY))
    if plan.search is not None:
        found.append(Remark.of(Kind.EXPLORATORY))
    elif not plan.predictions:
        found.append(Remark.of(Kind.NOTHING_PREDICTED))
    elif plan.exploratory:
        found.append(Remark.of(Kind.EXPLORATORY))
    return found


def _limit(plan: Plan) -> Remark:
    """What no verdict shows: folds and splits sample the test data of one data set, and nothing samples another one."""
    parts = plan.replicates.parts_axis
    return Remark.of(Kind.ONE_EVALUATION_SET) if parts is None else Remark.of(Kind.ONE_DATA_SET, part=parts.kind)


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
            one = replace(one, outcome=INCONCLUSIVE, remarks=(*one.remarks, Remark.of(Kind.REFUTED_ALONE)))
        result[index] = one
    return result
