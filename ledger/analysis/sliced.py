"""What `ledger slices` is asked, and what it answers; which cases an expression chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ledger.analysis import direction
from ledger.analysis.conditions import comparison
from ledger.analysis.fields import Field, FieldKind
from ledger.analysis.slices import MIN_CASES, CaseDifference, Slices
from ledger.errors import LedgerError
from ledger.model import where_words
from ledger.model.cases import CaseColumns
from ledger.model.directions import LOWER
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.near_misses import near_misses
from ledger.model.plan import Plan
from ledger.model.remarks import Remark
from ledger.model.settings import Settings, direction_in_settings
from ledger.model.where import Atom, Test, compiled
from ledger.model.where_parser import parse


@frozen
class SliceOptions:
    """The arms `first` and `second` as they were typed; `by` narrows the columns of `ledger.yaml`, or names others.

    `worst`: how many cases instead of slices. `lower_is_better`: None for what settings and predictions say.
    """

    first: str | None
    second: str | None
    metric: str | None = None
    by: tuple[str, ...] = ()
    min_cases: int = MIN_CASES
    where: str | None = None
    worst: int | None = None
    lower_is_better: bool | None = None


@frozen
class Sliced:
    """The slices of two arms, b beside a, or with `worst` their cases. `cluster` is the column that cases share.

    `where`: the expression that chose the cases; `chosen` of `total` cases are looked at.
    """

    metric: str
    a: str
    b: str
    slices: Slices
    worst: tuple[CaseDifference, ...] | None
    cluster: str | None
    where: str | None
    total: int
    warnings: tuple[Remark, ...]


def chosen(text: str, id_column: str, ids: Sequence[str], labels: Mapping[str, Sequence[str]]) -> list[int]:
    """The places of the cases for which an expression on their columns is true. Raises LedgerError, which points at it.

    A column whose values are all numbers is compared as one.
    """
    columns: dict[str, Sequence[Any]] = {id_column: ids, **labels}
    said = compiled(parse(text), lambda atom: _test(atom, text, columns))
    return [place for place in range(len(ids)) if said(place) is True]


def _test(atom: Atom, text: str, columns: Mapping[str, Sequence[str]]) -> Test[int]:
    name = atom.name.text
    if name not in columns:
        near = near_misses(name, list(columns))
        hint = f"did you mean {near[0]}?" if near else f"`cases` in ledger.yaml has {listed(columns, 8)}"
        raise where_words.error(text, atom.name.at, f"the cases have no column {name}", hint)
    values = _values(columns[name])
    kind = FieldKind.NUMBER if any(isinstance(value, float) for value in values) else FieldKind.TEXT
    get: Callable[[Any], Any] = values.__getitem__
    return comparison(atom, Field(name=name, kind=kind, get=get), text)


def _values(texts: Sequence[str]) -> list[Any]:
    """The values of a column, None for an empty one; numbers where all others are."""
    given: list[Any] = [text or None for text in texts]
    try:
        return [None if value is None else float(value) for value in given]
    except ValueError:
        return given


def metric_of(asked: SliceOptions, columns: CaseColumns, plans: Sequence[Plan], settings: Settings) -> str:
    """The metric that is asked for, else the first that is predicted, else the first of the cases.

    Raises LedgerError where the cases do not have it.
    """
    wanted = [asked.metric] if asked.metric is not None else [p.metric.name for plan in plans for p in plan.predictions]
    same = settings.aliases.same
    found = next((name for each in wanted for name in columns.metrics if same(name, each)), None)
    if found is None and asked.metric is not None:
        known = listed(columns.metrics, 8)
        raise LedgerError(f"the cases have no metric {asked.metric}", hint=f"`cases` in ledger.yaml has {known}")
    return found or next(iter(columns.metrics))


def lower_is_better(asked: SliceOptions, metric: str, plans: Sequence[Plan], settings: Settings) -> bool:
    """Whether it is. Raises LedgerError where neither options, settings nor predictions tell."""
    if asked.lower_is_better is not None:
        return asked.lower_is_better
    better = direction.of_metric(metric, [p for plan in plans for p in plan.predictions], settings)
    if better is None:
        hint = f"--lower-is-better, --higher-is-better, or {direction_in_settings(metric)}"
        raise LedgerError(f"it is unknown which values of {metric} are worse", hint=hint)
    return better == LOWER
