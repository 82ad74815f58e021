"""A comparison with what per-case results say of new cases."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.case_results import CaseResults, NotComparable, paired
from ledger.analysis.diff import Diff
from ledger.analysis.metric_changes import MetricChange
from ledger.analysis.on_new_cases import disagreement
from ledger.errors import LedgerError
from ledger.model.cases import CaseColumns
from ledger.model.remarks import Kind, Remark
from ledger.repo.cases import Unusable, results
from ledger.repo.compared_arms import ArmTrials, trials
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target
from ledger.stats.cases import clustered, crossed
from ledger.stats.contrast import NoNoise


def with_cases(ledger: Ledger, found: Diff, a: Target, b: Target) -> Diff:
    """The comparison with the interval over seeds and cases of every metric that has per-case results on both sides.

    What keeps them from being used is a warning. Folds and splits have other cases each, and nothing is crossed there.
    """
    same, known = ledger.settings.aliases.same, ledger.settings.cases
    of_folds = any(t.experiment is None or t.experiment.plan.replicates.parts_axis is not None for t in (a, b))
    if known is None or of_folds:
        return found
    named = {m.name: name for m in found.metrics for name in known.metrics if m.contrast and same(name, m.name)}
    if not named:
        return found
    columns = replace(known, by=(), metrics={name: known.metrics[name] for name in named.values()})
    try:
        sides = [trials(ledger, target) for target in (a, b)]
        read = [results(ledger, side.label, side.records, columns) for side in sides]
    except Unusable as error:
        return replace(found, warnings=(*found.warnings, error.remark))
    except LedgerError as error:
        said = Remark.of(Kind.UNREADABLE, side="per-case results", error=error.message)
        return replace(found, warnings=(*found.warnings, said))
    metrics, warnings = [], list(found.warnings)
    for change in found.metrics:
        try:
            metrics.append(_crossed(change, named.get(change.name), columns, sides, read))
        except NotComparable as reason:
            metrics.append(change)
            warnings.append(reason.remark)
    return replace(found, metrics=tuple(metrics), warnings=tuple(warnings))


def _crossed(
    change: MetricChange, metric: str | None, columns: CaseColumns, sides: list[ArmTrials], read: list[CaseResults]
) -> MetricChange:
    if metric is None:
        return change
    for side, one in zip(sides, read, strict=True):
        measured = {r.trial.point: r.metrics[change.name] for r in side.records if change.name in r.metrics}
        remark = disagreement(measured, one, metric, columns.cluster)
        if remark is not None:
            raise NotComparable(remark)
    both = paired(read[0], read[1], metric)
    if not both.same_seeds:
        raise NotComparable(Remark.of(Kind.CASES_UNPAIRED))
    differences = both.differences()
    if columns.cluster is not None:
        differences = clustered(differences, both.labels[columns.cluster])
    try:
        made = crossed(differences, scale=both.scale)
    except NoNoise:
        return change
    return replace(change, over_cases=made, cases=len(both.ids))
