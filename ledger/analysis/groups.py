"""Rows that share the value of a field, as one row with their trials pooled."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ledger.analysis.fields import Field, Kind, is_missing
from ledger.model.parameters import format_value
from ledger.model.row import Row
from ledger.stats.summary import pooled

VALUES: Final = "group"
ROWS: Final = "rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """A row a group, in the order in which the groups appear.

    `uncounted` is the number of trials that were left out because another of their point counts or their arm has
    changed since; `repeated` that of rows which hold the trials of another row in the group (a reused baseline).
    """

    rows: tuple[Row, ...]
    uncounted: int
    repeated: int


def grouped(rows: Sequence[Row], fields: Sequence[Field]) -> Grouped:
    """The groups of rows that have the same values of all the fields; a row with two tags is in two groups.

    A group's metrics are those of all its trials that count, see `stats.summary.pooled`.
    """
    counted = [row for row in rows if row.trial is None or row.trials]
    groups: dict[tuple[object, ...], tuple[dict[str, Any], list[Row]]] = {}
    for row in counted:
        for values in _values(row, fields):
            key = tuple(_key(value) for value in values.values())
            groups.setdefault(key, (values, []))[1].append(row)
    repeated = 0
    made = []
    for values, members in groups.values():
        own = _once(members)
        repeated += len(members) - len(own)
        made.append(_pooled(own, values, len(members)))
    return Grouped(rows=tuple(made), uncounted=len(rows) - len(counted), repeated=repeated)


def value_field(field: Field) -> Field:
    """The field as a column of the groups."""
    kind = (
        Kind.TEXT if field.kind in (Kind.TAGS, Kind.MOMENT) else Kind.PARAM if field.kind is Kind.METRIC else field.kind
    )
    return Field(name=field.name, kind=kind, get=lambda row: row.extra[VALUES].get(field.name))


def rows_field(level: str) -> Field:
    """How many rows are in a group; it is called as what they are: `experiments`."""
    return Field(name=level, kind=Kind.COUNT, get=lambda row: row.extra[ROWS])


def _values(row: Row, fields: Sequence[Field]) -> list[dict[str, Any]]:
    """The values of the fields: one set of them for every tag where tags are among the fields."""
    found: list[dict[str, Any]] = [{}]
    for field in fields:
        value = field.get(row)
        if is_missing(value):
            several: Iterable[Any] = (None,)
        elif field.kind is Kind.TAGS:
            several = dict.fromkeys(value)
        elif field.kind is Kind.MOMENT:
            several = (f"{value:%Y-%m-%d}",)
        else:
            several = (value,)
        found = [values | {field.name: one} for one in several for values in found]
    return found


def _key(value: object) -> object:
    """What tells groups apart: 1 and 1.0 are one, 1 and true are not."""
    if isinstance(value, bool):
        return ("truth", value)
    return value if isinstance(value, int | float | str | None) else format_value(value)  # type: ignore[arg-type]


def _once(rows: Sequence[Row]) -> list[Row]:
    """The rows without those that hold another's trials: arms that reuse a baseline would count it again."""
    found: dict[object, Row] = {}
    for row in rows:
        numbers = tuple((name, s.n, s.mean, s.sd) for name, s in row.metrics.items())
        point = None if row.replicate is None else tuple(row.replicate.items())
        same = (row.fingerprint, point, numbers) if row.fingerprint and numbers else id(row)
        found.setdefault(same, row)
    return list(found.values())


def _pooled(rows: Sequence[Row], values: Mapping[str, Any], count: int) -> Row:
    names = dict.fromkeys(name for row in rows for name in row.metrics)
    seconds = [row.seconds for row in rows if row.seconds is not None]
    return replace(
        rows[0],
        metrics={name: pooled([row.metrics[name] for row in rows if name in row.metrics]) for name in names},
        trials=sum(row.trials for row in rows),
        recorded=sum(row.recorded for row in rows),
        seconds=math.fsum(seconds) if seconds else None,
        better=_agreed(rows),
        extra={VALUES: dict(values), ROWS: count},
    )


def _agreed(rows: Sequence[Row]) -> dict[str, str]:
    said: dict[str, set[str]] = {}
    for row in rows:
        for name, direction in row.better.items():
            said.setdefault(name, set()).add(direction)
    return {name: directions.pop() for name, directions in said.items() if len(directions) == 1}
