"""What keeps the differences of two sides from being told from noise, or from being put down to one change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.analysis.designs import OtherParts, compared
from ledger.analysis.metric_changes import MetricChange
from ledger.analysis.side import Side
from ledger.model.remarks import Kind, Remark
from ledger.stats.contrast import NoNoise


def attribution(kinds: Mapping[str, int], parameters: Sequence[str]) -> list[Remark]:
    """That more than one thing differs. `kinds` counts the differences by kind, `parameters` are those that differ."""
    changed = tuple(kind for kind, count in kinds.items() if count)
    if len(changed) > 1:
        return [Remark.of(Kind.THINGS_DIFFER, things=changed)]
    if len(parameters) > 1:
        return [Remark.of(Kind.PARAMETERS_DIFFER, parameters=tuple(parameters))]
    return []


def replication(a: Side, b: Side) -> list[Remark]:
    """Which sides have too few replicates for any estimate of the noise."""
    warnings = []
    counts = {side.label: max((len(values) for values in side.metrics.values()), default=0) for side in (a, b)}
    for label, count in counts.items():
        if count == 0:
            warnings.append(Remark.of(Kind.NO_METRICS, side=label))
        elif count == 1:
            warnings.append(Remark.of(Kind.SINGLE, side=label))
    return warnings


def untested(a: Side, b: Side) -> list[Remark]:
    """Why the differences of two replicated sides have no interval: no test fits what they vary. Said once."""
    found = []
    for name in a.metrics.keys() & b.metrics.keys():
        if min(len(a.metrics[name]), len(b.metrics[name])) < 2:
            continue
        try:
            compared(b.metrics[name], a.metrics[name], a.parts or b.parts)
        except OtherParts as reason:
            why = reason.remark
            found.append(Remark(kind=Kind.NO_INTERVAL, facts=(("why", why.kind), *why.facts)))
        except NoNoise:
            continue
    return list(dict.fromkeys(found))


def left_out(metrics: Sequence[MetricChange], a: Side, b: Side) -> list[Remark]:
    """Which values are no numbers, and so count for nothing in the means."""
    found = []
    for change in metrics:
        for side, summary in ((a, change.a), (b, change.b)):
            if summary.left_out:
                total = summary.n + summary.left_out
                found.append(
                    Remark.of(
                        Kind.VALUES_LEFT_OUT, metric=change.name, count=summary.left_out, total=total, side=side.label
                    )
                )
    return found
