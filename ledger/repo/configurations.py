"""Configurations that were tried at one state of code and data, with their results: what can be compared at all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from ledger.analysis.conditions import condition
from ledger.analysis.fields import Fields
from ledger.analysis.importance import Configuration, pooled
from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.near_misses import unknown_metric
from ledger.model.remarks import Kind, Remark
from ledger.model.row import Row
from ledger.repo.ledger import Ledger
from ledger.repo.models import beside

State = tuple[str, tuple[tuple[str, str], ...]]


@frozen
class Tried:
    """The configurations, the name by which the metric goes now, and what was left out."""

    metric: str
    configurations: tuple[Configuration, ...]
    notes: tuple[Remark, ...]


def tried(ledger: Ledger, metric: str, where: str | None) -> Tried:
    """The arms for which an expression is true, at the state of code and data that most of them have.

    An arm's value is the mean over its trials that count; arms with the same parameters are one configuration. Raises
    LedgerError where there is no trial, or none has the metric.
    """
    every = beside.rows(ledger, "variants")
    if not any(row.trials for row in every):
        raise LedgerError("no trial has been recorded yet", hint='ledger new "what you expect", then ledger run')
    chosen = [row for row in every if row.trials]
    if where is not None:
        fields = Fields(every, ledger.settings.aliases)
        chosen = list(filter(condition(where, fields), chosen))
        if not chosen:
            raise LedgerError("no arm with trials is chosen", hint="ledger table --variants shows them")
    return compared(ledger, _known(ledger, metric, chosen), chosen)


def compared(ledger: Ledger, metric: str, chosen: Sequence[Row]) -> Tried:
    """The same of chosen arms alone, by the metric's present name."""
    values = {id(row): _mean(row, metric) for row in chosen}
    measured = [row for row in chosen if values[id(row)] is not None]
    notes = []
    if len(measured) < len(chosen):
        notes.append(Remark.of(Kind.WITHOUT_METRIC_LEFT_OUT, arms=len(chosen) - len(measured), metric=metric))
    states = _states(ledger, measured)
    groups: dict[State, list[Row]] = {}
    for row in measured:
        state = states.get(row.code or "")
        if state is not None:
            groups.setdefault((state, tuple(sorted(row.data.items()))), []).append(row)
    known = sum(map(len, groups.values()))
    if known < len(measured):
        notes.append(Remark.of(Kind.UNKNOWN_STATE_LEFT_OUT, arms=len(measured) - known))
    # the first is that of the latest experiment
    largest = max(groups.values(), key=len, default=[])
    if len(largest) < known:
        notes.append(Remark.of(Kind.OTHER_STATE_LEFT_OUT, arms=known - len(largest), states=len(groups) - 1))
    found = [(row.params, value, row.metrics[metric].n) for row in largest if (value := values[id(row)]) is not None]
    return Tried(metric=metric, configurations=tuple(pooled(found)), notes=tuple(notes))


def _known(ledger: Ledger, asked: str, rows: Iterable[Row]) -> str:
    known = list(dict.fromkeys(name for row in rows for name in row.metrics))
    metric = ledger.settings.aliases.now(asked)
    if metric not in known:
        raise unknown_metric(metric, known, asked=asked)
    return metric


def _mean(row: Row, metric: str) -> float | None:
    summary = row.metrics.get(metric)
    mean = None if summary is None else summary.mean
    return mean if mean is not None and math.isfinite(mean) else None


def _states(ledger: Ledger, rows: Iterable[Row]) -> Mapping[str, str | None]:
    """What the code of each commit is without its parameters: a branch that sets some has the same code."""
    found: dict[str, str | None] = {}
    for commit in dict.fromkeys(row.code for row in rows if row.code is not None):
        try:
            code = ledger.code.at(commit)
            found[commit] = ledger.code.arm(code, {}, list(code.names)).fingerprint
        except LedgerError:
            found[commit] = None
    return found
