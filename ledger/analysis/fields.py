"""What can be asked of rows by name: their plain facts, `metrics.…`, `params.…`, `data.…` and `replicate.…`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import Any, Final

from ledger.analysis.standing import said
from ledger.errors import LedgerError
from ledger.model.aliases import NONE, Aliases
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.near_misses import either_of, near_misses
from ledger.model.pointer import printable
from ledger.model.row import MODELS, Row


class FieldKind(StrEnum):
    """How the values of a field are compared and shown."""

    TEXT = "text"
    TITLE = "title"
    STATE = "state"
    NUMBER = "number"
    COUNT = "count"
    SECONDS = "seconds"
    METRIC = "metric"
    PARAM = "param"
    MOMENT = "moment"
    HASH = "hash"
    TAGS = "tags"


NUMERIC: Final = (FieldKind.NUMBER, FieldKind.COUNT, FieldKind.SECONDS, FieldKind.METRIC)

METRICS: Final = "metrics."
PARAMS: Final = "params."
DATA: Final = "data."
REPLICATE: Final = "replicate."
ROW: Final = "row."


@frozen
class Field:
    """A field by its whole name; `get` gives a row's value, None where it has none. A metric's value is its mean."""

    name: str
    kind: FieldKind
    get: Callable[[Row], Any]

    @property
    def short(self) -> str:
        """The name without `metrics.`, `params.`, …"""
        prefixes = (METRICS, PARAMS, DATA, REPLICATE)
        return next((self.name.removeprefix(p) for p in prefixes if self.name.startswith(p)), self.name)


def _state(row: Row) -> str | None:
    """What a person wants to know first; a trial that succeeded and does not count (stale, a second one) says so."""
    if row.trial is None:
        return row.found or row.outcome or row.status
    return "uncounted" if row.trial_status == "succeeded" and not row.trials else row.trial_status


PLAIN: Final = {
    field.name: field
    for field in (
        Field(name="experiment", kind=FieldKind.TEXT, get=attrgetter("experiment")),
        Field(name="variant", kind=FieldKind.TEXT, get=attrgetter("variant")),
        Field(name="trial", kind=FieldKind.TEXT, get=attrgetter("trial")),
        Field(name="title", kind=FieldKind.TITLE, get=attrgetter("title")),
        Field(name="state", kind=FieldKind.STATE, get=_state),
        Field(name="status", kind=FieldKind.STATE, get=attrgetter("status")),
        Field(name="outcome", kind=FieldKind.STATE, get=attrgetter("outcome")),
        Field(name="confirmatory", kind=FieldKind.PARAM, get=attrgetter("confirmatory")),
        Field(name="confirmation", kind=FieldKind.STATE, get=lambda row: said(row.tested, row.variant)),
        Field(name="trial_status", kind=FieldKind.STATE, get=attrgetter("trial_status")),
        Field(name="created", kind=FieldKind.MOMENT, get=attrgetter("created")),
        Field(name="author", kind=FieldKind.TEXT, get=attrgetter("author")),
        Field(name="tags", kind=FieldKind.TAGS, get=lambda row: row.tags or None),
        Field(name="models", kind=FieldKind.TAGS, get=lambda row: row.extra.get(MODELS)),
        Field(name="parent", kind=FieldKind.TEXT, get=attrgetter("parent")),
        Field(name="exploratory", kind=FieldKind.PARAM, get=attrgetter("exploratory")),
        Field(name="trials", kind=FieldKind.COUNT, get=attrgetter("trials")),
        Field(name="recorded", kind=FieldKind.COUNT, get=attrgetter("recorded")),
        Field(name="missing", kind=FieldKind.COUNT, get=attrgetter("missing")),
        Field(name="reused", kind=FieldKind.TEXT, get=attrgetter("reused")),
        Field(name="seconds", kind=FieldKind.SECONDS, get=attrgetter("seconds")),
        Field(name="code", kind=FieldKind.HASH, get=attrgetter("code")),
        Field(name="fingerprint", kind=FieldKind.HASH, get=attrgetter("fingerprint")),
    )
}
SPELLINGS: Final = {"name": "experiment", "tag": "tags", "date": "created"}


class Fields:
    """The fields that some row has; what a row lacks of them is None there. `aliases`: former names of metrics."""

    def __init__(self, rows: Sequence[Row], aliases: Aliases = NONE) -> None:
        self.rows = rows
        self.aliases = aliases

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The metrics' names, as they appear."""
        return _keys(row.metrics for row in self.rows)

    @cached_property
    def params(self) -> tuple[str, ...]:
        """The parameters' dotted names, as they appear."""
        return _keys(row.params for row in self.rows)

    @cached_property
    def data(self) -> tuple[str, ...]:
        """The paths of the data that git does not hold."""
        return _keys(row.data for row in self.rows)

    @cached_property
    def replicate(self) -> tuple[str, ...]:
        """The axes of the replicates."""
        return _keys(row.replicate or {} for row in self.rows)

    @cached_property
    def all(self) -> tuple[Field, ...]:
        """Every field, the plain ones first."""
        return (
            *PLAIN.values(),
            *map(metric, self.metrics),
            *map(param, self.params),
            *map(data, self.data),
            *map(axis, self.replicate),
        )

    def find(self, name: str) -> Field:
        """The field of that name. Raises LedgerError with near misses where there is none.

        What it is of needs no prefix where no other has the name, nor its whole name where only one ends so.
        A plain fact may be written with `row.` before it, where a metric or a parameter is called like it.
        """
        word = name.removeprefix(ROW)
        plain = PLAIN.get(SPELLINGS.get(word, word))
        exact = self._prefixed(name) or self._exact(name)
        found = exact or self._ending(name) if plain is None else [plain, *exact]
        if len(found) == 1:
            return found[0]
        if found:
            names = [ROW + name if field is PLAIN.get(name) else field.name for field in found]
            said = f"{name} may mean {listed(names, 6, word='or')}"
            raise LedgerError(printable(said), hint=printable(f"write {' or '.join(names[:3])}"))
        known = {f.name: f.name for f in self.all} | {f.short: f.name for f in self.all} | SPELLINGS
        near = list(dict.fromkeys(known[key] for key in near_misses(name, known)))
        hint = "ledger table --all shows every column"
        if name.startswith(METRICS):
            hint = f"the metrics are {listed(self.metrics, 8)}" if self.metrics else "no row has a metric"
        hint = either_of(near, hint)
        raise LedgerError(printable(f"no row has a field {name}"), hint=printable(hint))

    def _prefixed(self, name: str) -> list[Field]:
        for prefix, keys, make in (
            (PARAMS, self.params, param),
            (DATA, self.data, data),
            (REPLICATE, self.replicate, axis),
        ):
            key = name.removeprefix(prefix)
            if name.startswith(prefix) and key in keys:
                return [make(key)]
            if name.startswith(prefix) and prefix != DATA:
                return [make(each) for each in keys if _ends(each, key)]
        return self._metric(name.removeprefix(METRICS)) if name.startswith(METRICS) else []

    def _exact(self, name: str) -> list[Field]:
        # a parameter that is also an axis is found among the parameters
        exact = self._metric(name) + [param(key) for key in self.params if key == name]
        exact = exact or [data(key) for key in self.data if key == name]
        return exact or [axis(key) for key in self.replicate if key == name]

    def _ending(self, name: str) -> list[Field]:
        # a parameter that is also an axis is found among the parameters
        axes = [key for key in self.replicate if key not in self.params]
        return [
            *(metric(key) for key in self.metrics if _ends(key, name)),
            *(param(key) for key in self.params if _ends(key, name)),
            *(axis(key) for key in axes if _ends(key, name)),
        ]

    def _metric(self, name: str) -> list[Field]:
        now = self.aliases.now(name)
        if now in self.metrics:
            return [metric(now)]
        base, dot, part = name.rpartition(".")
        base = self.aliases.now(base)
        if dot and base in self.metrics and part in _PARTS:
            return [_PARTS[part](base)]
        return [metric(each) for each in called(self.rows, name)]


def called(rows: Iterable[Row], name: str) -> tuple[str, ...]:
    """What the metrics are called that records of some experiment have under a name which no row shows."""
    return tuple(dict.fromkeys(row.called[name] for row in rows if name in row.called))


def metric(name: str) -> Field:
    """A metric, by its mean."""
    return Field(name=METRICS + name, kind=FieldKind.METRIC, get=lambda row: _part(row.metrics.get(name), "mean"))


def _spread(name: str) -> Field:
    return Field(name=f"{METRICS}{name}.sd", kind=FieldKind.NUMBER, get=lambda row: _part(row.metrics.get(name), "sd"))


def _count(name: str) -> Field:
    return Field(name=f"{METRICS}{name}.n", kind=FieldKind.COUNT, get=lambda row: _part(row.metrics.get(name), "n"))


_PARTS: Final[Mapping[str, Callable[[str], Field]]] = {"mean": metric, "sd": _spread, "n": _count}


def _part(summary: object, part: str) -> float | None:
    value: float | None = None if summary is None else getattr(summary, part)
    return value


def param(name: str) -> Field:
    """A parameter, by its dotted name."""
    return Field(name=PARAMS + name, kind=FieldKind.PARAM, get=lambda row: row.params.get(name))


def data(path: str) -> Field:
    """The hash of the data at a path."""
    return Field(name=DATA + path, kind=FieldKind.HASH, get=lambda row: row.data.get(path))


def axis(name: str) -> Field:
    """A trial's value on an axis of the replicates."""
    return Field(name=REPLICATE + name, kind=FieldKind.PARAM, get=lambda row: (row.replicate or {}).get(name))


def finite(value: object) -> float | None:
    """The value as a place on an axis: None where it is not a number, not finite, or a whole one beyond all floats."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def is_missing(value: object) -> bool:
    """Whether a value is as good as none: NaN cannot be put in order."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _ends(key: str, name: str) -> bool:
    """Whether a dotted name ends with another, `train.seed` and `other.yaml:seed` with `seed`."""
    return key.endswith((f".{name}", f":{name}"))


def _keys(mappings: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for mapping in mappings:
        # most rows have nothing new, and this comparison is fast
        if not mapping.keys() <= found.keys():
            found |= dict.fromkeys(mapping)
    return tuple(found)
