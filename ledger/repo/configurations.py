"""Configurations that were tried at one state of code and data, with their results: what can be compared at all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from ledger.analysis.conditions import condition
from ledger.analysis.fields import Fields
from ledger.analysis.importance import Configuration, pooled
from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.near_misses import unknown_metric
from ledger.model.remarks import Kind, Remark
from ledger.model.row import Row
from ledger.model.settings import Settings
from ledger.model.void import VOIDED
from ledger.repo.ledger import Ledger
from ledger.repo.models import beside
from ledger.repo.repeating import repeats

State = tuple[str, tuple[tuple[str, str], ...]]


@frozen
class Compared:
    """The configurations, the name by which the metric goes now, and what was left out."""

    metric: str
    configurations: tuple[Configuration, ...]
    notes: tuple[Remark, ...]


def tried(ledger: Ledger, metric: str, where: str | None) -> Compared:
    """The arms for which an expression is true, at the state of code and data that most of them have.

    An arm's value is the mean over its trials that count; those that failed, or whose metric is not finite, are counted
    beside it, also where an arm has no others. Arms with the same parameters are one configuration. Raises LedgerError
    where there is no trial, or none has the metric.
    """
    every = beside.rows(ledger, "variants")
    if not any(row.recorded for row in every):
        raise LedgerError("no trial has been recorded yet", hint='ledger new "what you expect", then ledger run')
    if not any(row.trials for row in every):
        raise LedgerError("no trial that is recorded has a result", hint="ledger table --trials shows how they ended")
    chosen = [row for row in every if row.recorded]
    if where is not None:
        fields = Fields(every, ledger.settings.aliases)
        chosen = list(filter(condition(where, fields), chosen))
        if not chosen:
            raise LedgerError("no arm with trials is chosen", hint="ledger table --variants shows them")
    return compared(ledger, _known(ledger.settings, metric, chosen), chosen, ledger.index.rows("trials"))


def compared(ledger: Ledger, metric: str, arms: Iterable[Row], trials: Iterable[Row]) -> Compared:
    """The same of these arms alone, by the metric's present name; `trials` has theirs, and may have those of others."""
    failed = _failed(arms := tuple(arms), trials := tuple(trials), metric)
    only_repeats = repeats(trials, ledger.settings.seed)
    chosen = [row for row in arms if row.trials or failed.get(_arm(row))]
    notes = []
    states = _states(ledger, chosen)
    groups: dict[State, list[Row]] = {}
    for row in chosen:
        state = states.get(row.code or "")
        if state is not None:
            groups.setdefault((state, tuple(sorted(row.data.items()))), []).append(row)
    known = sum(map(len, groups.values()))
    if known < len(chosen):
        notes.append(Remark.of(Kind.UNKNOWN_STATE_LEFT_OUT, arms=len(chosen) - known))
    # the first is that of the latest experiment
    largest = max(groups.values(), key=lambda rows: sum(_mean(row, metric) is not None for row in rows), default=[])
    if len(largest) < known:
        notes.append(Remark.of(Kind.OTHER_STATE_LEFT_OUT, arms=known - len(largest), states=len(groups) - 1))
    found = []
    for row in largest:
        value = _mean(row, metric)
        n = 0 if value is None else row.metrics[metric].n
        # an experiment without replicates has its seed among its parameters
        params = {name: each for name, each in row.params.items() if not only_repeats(name)}
        found.append((params, value, n, failed.get(_arm(row), 0)))
    return Compared(metric=metric, configurations=tuple(pooled(found)), notes=tuple(notes))


def _known(settings: Settings, asked: str, rows: Iterable[Row]) -> str:
    known = list(dict.fromkeys(name for row in rows for name in row.metrics))
    metric = settings.aliases.now(asked)
    if metric not in known:
        raise unknown_metric(metric, known, asked=asked)
    return metric


Arm = tuple[str, str, str | None]


def _arm(row: Row) -> Arm:
    """The state of an arm: two trials at one replicate of it are one."""
    return row.experiment, row.variant, row.fingerprint


def _failed(arms: Iterable[Row], trials: Iterable[Row], metric: str) -> Mapping[Arm, int]:
    """At how many replicates an arm's trials gave no finite value of a metric, since they failed or lack it."""
    wanted = {_arm(row) for row in arms}
    points: dict[Arm, dict[str, bool]] = {}
    for row in trials:
        if _arm(row) in wanted and row.trial_status != VOIDED:
            own = points.setdefault(_arm(row), {})
            point = repr(sorted((row.replicate or {}).items()))
            own[point] = own.get(point, False) or _mean(row, metric) is not None
    return {arm: sum(not measured for measured in own.values()) for arm, own in points.items()}


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
