"""A verdict with what per-case results say beyond the cases that were evaluated."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.case_results import CaseResults
from ledger.analysis.on_new_cases import disagreement, on_new_cases
from ledger.model.aliases import Aliases
from ledger.model.cases import CaseColumns
from ledger.model.experiment import Experiment
from ledger.model.plan import TREATMENT, Plan
from ledger.model.prediction import Prediction
from ledger.model.remarks import Kind
from ledger.model.verdict import Judged, Verdict
from ledger.repo.cases import Unusable, results
from ledger.repo.evidence import Evidence
from ledger.repo.ledger import Ledger


def of_predictions(columns: CaseColumns | None, plan: Plan, aliases: Aliases) -> CaseColumns | None:
    """The columns that the predicted metrics need, None where there are none.

    Folds and splits have other cases each: there is no new case that all seeds would share.
    """
    if columns is None or plan.replicates.parts_axis is not None:
        return None
    predicted = [p.metric.name for p in plan.predictions if p.metric.name not in plan.deterministic]
    metrics = {name: c for name, c in columns.metrics.items() if any(aliases.same(name, each) for each in predicted)}
    return replace(columns, metrics=metrics, by=()) if metrics else None


def with_cases(
    ledger: Ledger, experiment: Experiment, evidence: Evidence, verdict: Verdict, columns: CaseColumns
) -> Verdict:
    """The verdict with its predictions over new cases; where all have that, it needs no warning of the evaluation set.

    Raises NotHere where the results of a trial that counts are in another clone.
    """
    plan = experiment.named(evidence.aliases).plan
    read: dict[str, CaseResults | Unusable] = {}

    def results_of(arm: str) -> CaseResults:
        if arm not in read:
            try:
                read[arm] = results(ledger, arm, evidence.records[arm], columns)
            except Unusable as error:
                read[arm] = error
        found = read[arm]
        if isinstance(found, Unusable):
            raise found
        return found

    def over(prediction: Prediction, judged: Judged) -> Judged:
        metric = next((name for name in columns.metrics if evidence.aliases.same(name, prediction.metric.name)), None)
        if metric is None or judged.interval is None:
            return judged
        arms = [prediction.metric.variant or TREATMENT, *filter(None, [prediction.reference])]
        try:
            sides = [results_of(arm) for arm in arms]
        except Unusable as error:
            return replace(judged, remarks=(*judged.remarks, error.remark))
        for arm, side in zip(arms, sides, strict=True):
            measured = evidence.arms[arm].known(prediction.metric.name)
            remark = disagreement(measured, side, metric, columns.cluster)
            if remark is not None:
                return replace(judged, remarks=(*judged.remarks, remark))
        baseline = sides[1] if len(sides) > 1 else None
        return on_new_cases(plan, prediction, judged, sides[0], baseline, metric=metric, cluster=columns.cluster)

    predictions = tuple(map(over, plan.predictions, verdict.predictions))
    replaced = all(one.over_cases is not None for one in predictions)
    return replace(
        verdict,
        cases=columns,
        predictions=predictions,
        warnings=tuple(w for w in verdict.warnings if not (replaced and w.kind == Kind.ONE_EVALUATION_SET)),
    )
