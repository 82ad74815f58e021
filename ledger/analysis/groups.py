"""Rows that share the value of a field, as one row with their trials pooled."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from ledger.analysis.direction import agreed
from ledger.analysis.fields import Field, FieldKind, is_missing
from ledger.model.frozen import frozen
from ledger.model.row import Row
from ledger.model.typed_values import format_value
from ledger.stats.summary import pooled

VALUES: Final = "group"
ROWS: Final = "rows"
POOLED: Final = ("trials", "recorded", "missing", "seconds")
"""The plain fields that a group has, summed over its rows."""

_MEMBERS: Final = "members"


@frozen
class Grouped:
    """A row a group, in the order in which the groups appear.

    `uncounted` is the number of trials that were left out because another of their point counts or their arm has
    changed since; `repeated` that of trials which were left out because the group has them already, see `once`.
    """

    rows: tuple[Row, ...]
    uncounted: int
    repeated: int


def grouped(rows: Sequence[Row], fields: Sequence[Field], trials: Iterable[Row] = ()) -> Grouped:
    """The groups of rows that have the same values of all the fields; a row with two tags is in two groups.

    A group's metrics are those of all its trials that count, each once, see `stats.summary.pooled`. `trials` are the
    rows of the trials of which the rows of arms and experiments are made, so that an arm of which a part is another's
    is pooled rightly too; an arm that has none there stands for itself.
    """
    parts: dict[tuple[str, str], list[Row]] = {}
    for trial in trials:
        if trial.trials:
            parts.setdefault((trial.experiment, trial.variant), []).append(trial)
    counted = [row for row in rows if row.trial is None or row.trials]
    groups: dict[tuple[object, ...], tuple[dict[str, Any], list[Row]]] = {}
    for row in counted:
        for values in _values(row, fields):
            key = tuple(_key(values[field.name], field.kind) for field in fields)
            groups.setdefault(key, (values, []))[1].append(row)
    repeated: set[int] = set()
    made = []
    for values, members in groups.values():
        every = [part for row in members for part in (row.trial is None and parts.get(_arm(row))) or (row,)]
        own = once(every)
        # a trial may be in the groups of several tags
        repeated |= {id(part) for part in every} - {id(part) for part in own}
        made.append(_pooled(members, own, values))
    return Grouped(rows=tuple(made), uncounted=len(rows) - len(counted), repeated=len(repeated))


def value_field(field: Field) -> Field:
    """The field as a column of the groups."""
    kind = (
        FieldKind.TEXT
        if field.kind in (FieldKind.TAGS, FieldKind.MOMENT)
        else FieldKind.PARAM
        if field.kind is FieldKind.METRIC
        else field.kind
    )
    return Field(name=field.name, kind=kind, get=lambda row: row.extra[VALUES].get(field.name))


def rows_field(level: str) -> Field:
    """How many rows are in a group; it is called as what they are: `experiments`."""
    return Field(name=level, kind=FieldKind.COUNT, get=lambda row: row.extra[ROWS])


def shared_field(field: Field) -> Field:
    """The field as a column of the groups where it is not grouped by: what all rows of a group agree on, else None."""

    def shared(row: Row) -> Any:
        values = {_key(value, field.kind): value for value in map(field.get, row.extra[_MEMBERS])}
        return next(iter(values.values())) if len(values) == 1 else None

    return Field(name=field.name, kind=field.kind, get=shared)


def _values(row: Row, fields: Sequence[Field]) -> list[dict[str, Any]]:
    """The values of the fields: one set of them for every tag where tags are among the fields."""
    found: list[dict[str, Any]] = [{}]
    for field in fields:
        value = field.get(row)
        if is_missing(value):
            several: Iterable[Any] = (None,)
        elif field.kind is FieldKind.TAGS:
            several = dict.fromkeys(value)
        elif field.kind is FieldKind.MOMENT:
            several = (f"{value:%Y-%m-%d}",)
        else:
            several = (value,)
        found = [values | {field.name: one} for one in several for values in found]
    return found


def _key(value: object, kind: FieldKind) -> object:
    """What tells groups apart: of numbers their value, of parameters their type too, see `parameters.identical`."""
    if isinstance(value, bool) or kind is FieldKind.PARAM:
        return type(value), repr(value)
    if isinstance(value, tuple | datetime):
        return repr(value)
    return value if isinstance(value, int | float | str | None) else format_value(value)  # type: ignore[arg-type]


def once(rows: Sequence[Row]) -> list[Row]:
    """The rows without those that repeat another: experiments that reuse a baseline would count its trials again."""
    found: dict[object, Row] = {}
    for row in rows:
        numbers = tuple((name, s.n, s.mean, s.sd) for name, s in sorted(row.metrics.items()))
        point = None if row.replicate is None else repr(sorted(row.replicate.items()))
        same = (row.fingerprint, point, numbers) if row.fingerprint and numbers else id(row)
        found.setdefault(same, row)
    return list(found.values())


def _arm(row: Row) -> tuple[str, str]:
    return row.experiment, row.variant


def _pooled(members: Sequence[Row], parts: Sequence[Row], values: Mapping[str, Any]) -> Row:
    """The row of a group: `parts` are what its members are pooled from."""
    names = dict.fromkeys(name for part in parts for name in part.metrics)
    seconds = [part.seconds for part in parts if part.seconds is not None]
    return replace(
        members[0],
        metrics={name: pooled([part.metrics[name] for part in parts if name in part.metrics]) for name in names},
        trials=sum(part.trials for part in parts),
        recorded=sum(row.recorded for row in members),
        missing=sum(row.missing or 0 for row in members),
        seconds=math.fsum(seconds) if seconds else None,
        better=_agreed(members),
        extra={VALUES: dict(values), ROWS: len(members), _MEMBERS: tuple(members)},
    )


def _agreed(rows: Sequence[Row]) -> dict[str, str]:
    said: dict[str, set[str]] = {}
    for row in rows:
        for name, direction in row.better.items():
            said.setdefault(name, set()).add(direction)
    return {name: agreed(directions) for name, directions in said.items()}
