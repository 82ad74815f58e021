"""Does what a prediction says of these cases hold on new ones too? From per-case results of the trials that count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ledger.analysis.case import claims, decide
from ledger.analysis.case_results import CaseResults, NotComparable, paired
from ledger.model.plan import Plan
from ledger.model.prediction import Operator, Prediction
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Point
from ledger.model.verdict import INCONCLUSIVE, Judged, OverCases
from ledger.stats.cases import Crossed, clustered, crossed
from ledger.stats.contrast import Contrast, NoNoise

# results are rounded when they are written
_AGREE: Final = 1e-3


def on_new_cases(
    plan: Plan,
    prediction: Prediction,
    judged: Judged,
    treatment: CaseResults,
    baseline: CaseResults | None,
    *,
    metric: str,
    cluster: str | None,
) -> Judged:
    """The prediction with the interval over seeds and cases, or with the remark that says why there is none.

    `metric` is what the per-case results call that of the prediction. An outcome is never surer on new cases than on
    these, though with few seeds the wider sample may give the narrower interval.
    """
    if judged.interval is None or judged.confidence is None:
        return judged
    try:
        found = paired(baseline, treatment, metric)
    except NotComparable as reason:
        return replace(judged, remarks=(*judged.remarks, reason.remark))
    if not found.same_seeds or found.b.shape[0] != judged.n:
        return replace(judged, remarks=(*judged.remarks, Remark.of(Kind.CASES_UNPAIRED)))
    codes = None if cluster is None else found.labels[cluster]

    def contrast(factor: float) -> Crossed:
        differences = found.differences(factor)
        return crossed(differences if codes is None else clustered(differences, codes), scale=found.scale)

    try:
        plain = contrast(1.0)
        if prediction.operator is Operator.WITHIN:
            bounds = [-prediction.margin, prediction.margin]
        else:
            bounds = [prediction.margin if prediction.threshold is None else prediction.threshold]
        gaps = [_gap(prediction, contrast(1.0 + bound if prediction.relative else 1.0), bound) for bound in bounds]
    except NoNoise:
        return judged
    claim, contrary = claims(prediction, gaps)
    there = decide(claim, contrary, plan.alpha / plan.looks)
    outcome = there if there == judged.outcome else INCONCLUSIVE
    remarks = [Remark.of(Kind.ON_NEW_CASES, here=judged.outcome, there=outcome)]
    left_out = found.total - len(found.ids)
    if left_out:
        remarks.append(Remark.of(Kind.CASES_LEFT_OUT, count=left_out, total=found.total))
    over = OverCases(
        cases=len(found.ids),
        clusters=None if codes is None else plain.cases,
        estimate=plain.contrast.estimate,
        interval=plain.contrast.interval(judged.confidence),
        p_value=claim,
        outcome=outcome,
        share=plain.share,
        variances=plain.variances,
    )
    return replace(judged, over_cases=over, remarks=(*judged.remarks, *remarks))


def _gap(prediction: Prediction, found: Crossed, bound: float) -> Contrast:
    """How far the estimate lies above a bound; a relative one is part of the contrast."""
    plain = found.contrast
    return plain if prediction.relative else replace(plain, estimate=plain.estimate - bound)


def disagreement(
    measured: Mapping[Point, float], results: CaseResults, metric: str, cluster: str | None
) -> Remark | None:
    """Which trial has another metric than the mean over its cases, or over their clusters; None where none has.

    `measured`: the metric as the trials have it, by replicate.
    """
    codes = None if cluster is None else results.labels[cluster]
    for point, column in results.values.get(metric, {}).items():
        value, mean = measured.get(point), _means(column, codes)
        if value is None or not mean:
            continue
        if all(abs(each - value) > _AGREE * max(abs(value), abs(each)) for each in mean):
            facts = {"metric": metric, "trial": results.names[point]}
            return Remark.of(Kind.CASES_DISAGREE, **facts, mean=mean[0], value=float(value))
    return None


def _means(column: Sequence[float], codes: Sequence[str] | None) -> list[float]:
    """The mean over the cases that have a number, and over their clusters; nothing where none has."""
    values = np.asarray(column, dtype=np.float64)
    whole = np.isfinite(values)
    if not whole.any():
        return []
    means = [float(values[whole].mean())]
    if codes is not None:
        own = [code for code, kept in zip(codes, whole.tolist(), strict=True) if kept]
        means.append(float(clustered(values[whole][None, :], own).mean()))
    return means
