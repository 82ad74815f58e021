"""Where two arms differ, from the per-case results of their trials."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.case_results import NotComparable, Paired, on_shared_seeds, paired
from ledger.analysis.sliced import Sliced, SliceOptions, chosen, lower_is_better, metric_of
from ledger.analysis.slices import slices, worst
from ledger.errors import LedgerError
from ledger.model.remarks import Kind, Remark
from ledger.repo import cases
from ledger.repo.compared_arms import targets, trials
from ledger.repo.ledger import Ledger

_HINT = "ledger.yaml says where they are: cases: {file: results/cases.csv, id: case, metric: dice, by: [site]}"


def sliced(ledger: Ledger, asked: SliceOptions) -> Sliced:
    """The slices of two arms, or their worst cases. Raises LedgerError where per-case results cannot be compared."""
    known = ledger.settings.cases
    if known is None:
        raise LedgerError("no per-case results are known", hint=_HINT)
    by = asked.by or known.by
    columns = replace(known, by=tuple(dict.fromkeys((*by, *known.by))))
    if not by and asked.worst is None:
        raise LedgerError(
            "there is nothing to slice the cases by", hint="--by COLUMN, or `by` of `cases` in ledger.yaml"
        )
    a, b = (trials(ledger, target) for target in targets(ledger, asked.first, asked.second, "slices"))
    plans = (b.experiment.plan, a.experiment.plan)
    metric = metric_of(asked, columns, plans, ledger.settings)
    only = replace(columns, metrics={metric: columns.metrics[metric]})
    left, right = (cases.results(ledger, side.label, side.records, only) for side in (a, b))
    try:
        shared = on_shared_seeds(left, right)
        found = paired(*shared, metric)
    except NotComparable as reason:
        raise cases.unusable(reason.remark, columns) from None
    said = _warnings(found, len(left.names) + len(right.names) - sum(len(side.names) for side in shared))
    if asked.where is not None:
        found = found.chosen(chosen(asked.where, columns.id, found.ids, found.labels))
    if not found.ids:
        raise LedgerError("no case is left: " + ("--where matches none" if asked.where else "none has a number"))
    made = slices(found, by if asked.worst is None else (), cluster=columns.cluster, min_cases=asked.min_cases)
    listed = None
    if asked.worst is not None:
        lower = lower_is_better(asked, metric, plans, ledger.settings)
        listed = worst(found, asked.worst, lower_is_better=lower)
    return Sliced(
        metric=metric,
        a=a.label,
        b=b.label,
        slices=made,
        worst=listed,
        cluster=columns.cluster,
        where=asked.where,
        total=found.total,
        warnings=(*a.warnings, *b.warnings, *said),
    )


def _warnings(found: Paired, unshared: int) -> list[Remark]:
    left_out = found.total - len(found.ids)
    said = [Remark.of(Kind.CASES_LEFT_OUT, count=left_out, total=found.total)] if left_out else []
    said += [Remark.of(Kind.SEEDS_LEFT_OUT, count=unshared)] if unshared else []
    return said if found.b.shape[0] > 1 else [*said, Remark.of(Kind.ONE_SEED)]
