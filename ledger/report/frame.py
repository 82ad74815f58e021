"""Rows as flat columns for other programs: data frames, CSV, JSON and Parquet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from ledger.analysis.conditions import condition
from ledger.analysis.fields import METRICS, PARAMS, REPLICATE, Fields
from ledger.analysis.order import ordered, sort_keys
from ledger.analysis.standing import said
from ledger.errors import LedgerError
from ledger.model.aliases import NONE, Aliases
from ledger.model.row import MODELS, NOT_FINITE, Row
from ledger.model.typed_values import format_value
from ledger.report import csv, json
from ledger.report.blocks import Table

if TYPE_CHECKING:
    import pandas
    import pyarrow

INSTALL: Final = "pip install 'experiment-ledger[export]'"

# whole numbers beyond these have no place in other programs' columns of integers, or of numbers
_LARGEST: Final = 2**63 - 1
_EXACT: Final = 2**53


@dataclass(frozen=True, slots=True)
class Selection(Sequence[Row]):
    """Rows of one level, to be narrowed down and handed on: `ledger.open(".").trials().where("…").to_pandas()`."""

    rows: tuple[Row, ...]
    level: str
    aliases: Aliases = NONE

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return replace(self, rows=self.rows[index]) if isinstance(index, slice) else self.rows[index]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def where(self, expression: str) -> Selection:
        """The rows that an expression chooses, in the language of `ledger table --where`. Raises LedgerError."""
        chosen = filter(condition(expression, Fields(self.rows, self.aliases)), self.rows)
        return replace(self, rows=tuple(chosen))

    def sort(self, keys: str) -> Selection:
        """The rows in another order, such as `-accuracy,created`. Raises LedgerError."""
        by = sort_keys([keys], Fields(self.rows, self.aliases).find)
        return replace(self, rows=tuple(ordered(self.rows, by)))

    def columns(self, *, long: bool = False) -> dict[str, list[Any]]:
        """The columns by name, each with values of one type and None where there is none.

        Wide: one row per row, with `params.…` and `metrics.…`; a trial's metric is its value, others have `.mean`,
        `.sd` and `.n`. Long: one row for every row and metric, named in the column `metric`.
        """
        names = Fields(self.rows)
        facts = {name: [get(row) for row in self.rows] for name, get in _facts(self.level).items()}
        if self.level == "trials":
            facts |= {REPLICATE + n: [(row.replicate or {}).get(n) for row in self.rows] for n in names.replicate}
        facts |= {PARAMS + name: [row.params.get(name) for row in self.rows] for name in names.params}
        facts |= {f"data.{path}": [row.data.get(path) for row in self.rows] for path in names.data}
        found = {name: _of_one_type(values) for name, values in facts.items()}
        parts = _parts(self.level)
        if long:
            pairs = [(at, name) for at, row in enumerate(self.rows) for name in row.metrics]
            found = {name: [values[at] for at, _ in pairs] for name, values in found.items()}
            found["metric"] = [name for _, name in pairs]
            for part, get in parts.items():
                found[part or "value"] = _numbers([get(self.rows[at], name) for at, name in pairs])
        else:
            for name in names.metrics:
                for part, get in parts.items():
                    column = f"{METRICS}{name}{'.' if part else ''}{part}"
                    found[column] = _numbers([get(row, name) for row in self.rows])
        return found

    def to_pandas(self, *, long: bool = False) -> pandas.DataFrame:
        """A data frame of `columns`. Whole numbers that some rows lack are `Int64`; times have their zone (UTC).

        Raises LedgerError where pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise _missing("pandas") from None
        columns = self.columns(long=long)
        return pandas.DataFrame({n: pandas.Series(v, dtype=_pandas_type(v)) for n, v in columns.items()})

    def to_arrow(self, *, long: bool = False) -> pyarrow.Table:
        """An Arrow table of `columns`. Raises LedgerError where pyarrow is not installed."""
        try:
            import pyarrow
        except ImportError:
            raise _missing("pyarrow") from None
        return pyarrow.table(self.columns(long=long))

    def to_parquet(self, *, long: bool = False) -> bytes:
        """A Parquet file of `columns`. Raises LedgerError where pyarrow is not installed."""
        made = self.to_arrow(long=long)
        import pyarrow
        from pyarrow import parquet

        sink = pyarrow.BufferOutputStream()
        parquet.write_table(made, sink)
        return bytes(sink.getvalue())

    def to_csv(self, *, long: bool = False, guard: bool = True) -> str:
        """CSV with full precision; a missing value is empty, NaN is `nan`. `guard`: a text is not a formula."""
        columns = self.columns(long=long)
        rows = (tuple(map(_written, row)) for row in zip(*columns.values(), strict=True))
        return csv.render(Table(head=tuple(columns), rows=tuple(rows)), guard=guard)

    def to_json(self, *, long: bool = False) -> str:
        """A list of flat objects; NaN and infinities are null, as JSON has none."""
        columns = self.columns(long=long)
        return json.render([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])


def _missing(library: str) -> LedgerError:
    return LedgerError(f"{library} is not installed", hint=INSTALL)


def _facts(level: str) -> dict[str, Callable[[Row], Any]]:
    facts: dict[str, Callable[[Row], Any]] = {"experiment": lambda row: row.experiment}
    facts["variant"] = lambda row: row.variant
    if level == "trials":
        facts |= {
            "trial": lambda row: row.trial,
            "trial_status": lambda row: row.trial_status,
            "counts": lambda row: bool(row.trials),
            "reused": lambda row: row.reused,
        }
    facts |= {
        "title": lambda row: row.title,
        "status": lambda row: row.status,
        "outcome": lambda row: row.outcome,
        "confirmatory": lambda row: row.confirmatory,
        "confirmation": lambda row: said(row.tested, row.variant),
        "confirmation_by": lambda row: None if row.tested is None else ", ".join(row.tested.by),
        "models": lambda row: ", ".join(row.extra.get(MODELS, ())),
        "created": lambda row: row.created.astimezone(UTC),
        "author": lambda row: row.author,
        "tags": lambda row: ", ".join(row.tags),
        "parent": lambda row: row.parent,
        "exploratory": lambda row: row.exploratory,
        "seconds": lambda row: row.seconds,
        "code": lambda row: row.code,
        "fingerprint": lambda row: row.fingerprint,
    }
    if level != "trials":
        facts |= {
            "trials": lambda row: row.trials,
            "recorded": lambda row: row.recorded,
            "missing": lambda row: row.missing,
        }
    return facts


def _parts(level: str) -> dict[str, Callable[[Row, str], float | None]]:
    """What there is of a metric, by the end of its column's name."""
    if level == "trials":
        return {"": _value}
    return {
        "mean": lambda row, name: getattr(row.metrics.get(name), "mean", None),
        "sd": lambda row, name: getattr(row.metrics.get(name), "sd", None),
        "n": lambda row, name: getattr(row.metrics.get(name), "n", None),
    }


def _value(row: Row, name: str) -> float | None:
    """A trial's metric, NaN and infinities included."""
    summary = row.metrics.get(name)
    if summary is None:
        return None
    if summary.mean is not None:
        return summary.mean
    return float(row.extra.get(NOT_FINITE, {}).get(name, "nan"))


def _of_one_type(values: Sequence[Any]) -> list[Any]:
    """The values as truth values, whole numbers, numbers, times or, where they are of several types, texts."""
    types = {type(value) for value in values if value is not None}
    if types == {int, float} and all(v is None or _is_whole(v) for v in values) and any(_is_beyond(v) for v in values):
        return [None if value is None else int(value) for value in values]
    if types == {int} and all(value is None or abs(value) <= _LARGEST for value in values):
        return list(values)
    if types == {float} or (types == {int, float} and all(abs(v) <= _EXACT for v in values if type(v) is int)):
        return [None if value is None else float(value) for value in values]
    if len(types) <= 1 and types <= {bool, str, datetime}:
        return list(values)
    return [None if value is None else _written(value) for value in values]


def _numbers(values: Sequence[float | None]) -> list[Any]:
    """A metric's numbers as one type: whole numbers, or floats where some are none.

    They are never texts: a huge number of somebody else's must not make texts of all.
    """
    column = _of_one_type(values)
    return [None if v is None else float(v) for v in values] if any(isinstance(v, str) for v in column) else column


def _is_whole(value: float) -> bool:
    """Whether it is a whole number that a column of integers can hold."""
    return math.isfinite(value) and value == int(value) and abs(value) <= _LARGEST


def _is_beyond(value: float | None) -> bool:
    """Whether it is a whole number whose last digits a float may not hold."""
    return isinstance(value, int) and abs(value) > _EXACT


def _pandas_type(values: Sequence[Any]) -> str:
    types = {type(value) for value in values if value is not None}
    if types == {int}:
        return "int64" if None not in values else "Int64"
    if types == {float}:
        return "float64"
    if types == {bool}:
        return "bool" if None not in values else "boolean"
    return "datetime64[us, UTC]" if types == {datetime} else "object"


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else format_value(value)
