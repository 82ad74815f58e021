"""The table of the history as text that fits a terminal, markdown, CSV and HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from ledger.analysis.columns import TRIALS, Column
from ledger.analysis.fields import METRICS, NUMERIC, Field, FieldKind
from ledger.analysis.table import Table
from ledger.model.frozen import frozen
from ledger.model.parameters import segments
from ledger.model.row import NOT_FINITE, Row
from ledger.model.settings import Settings
from ledger.model.typed_values import format_value
from ledger.report import blocks, fit
from ledger.report.documents import Format
from ledger.report.documents import table as written
from ledger.report.numbers import number, seconds, spread
from ledger.report.remarks import sentences
from ledger.report.text import clean, cut
from ledger.stats.summary import Summary

BEST: Final = " *"
# a parameter that is a long text says no more in a table
_LONGEST: Final = 24
_NUMERIC: Final = (*NUMERIC, FieldKind.MOMENT)
# they are cut in their middle
_NAMES: Final = ("experiment", "variant", "trial", "parent")


@frozen
class Rendered:
    """The text of a table, and what to tell the reader beside it."""

    text: str
    notes: tuple[str, ...]


def render(value: Table, settings: Settings, form: Format, *, total: int | None, guard: bool = True) -> Rendered:
    """The table in a format. Text fits into `total` columns, None for any width; the others have every column.

    `guard`: see `ledger.report.csv.render`.
    """
    if form is Format.CSV:
        return Rendered(text=_csv(value, guard), notes=sentences(value.notes))
    columns = value.columns
    heads = short_names([column.field for column in columns])
    cells = [_cells(value, column, settings, aligned=form is Format.TEXT) for column in columns]
    best = [value.best.get(c.field.short, frozenset()) if c.field.kind is FieldKind.METRIC else () for c in columns]
    if form is not Format.TEXT:
        rows = tuple(zip(*(get(None) for get in cells), strict=True))
        strong = frozenset((row, at) for at, lines in enumerate(best) for row in lines)
        block = blocks.Table(head=tuple(heads), rows=rows, strong=strong)
        return Rendered(text=written(block, form), notes=sentences(value.notes))
    wanted = [
        fit.FittedColumn(
            head=clean(head),
            cells=get,
            rank=column.rank,
            fixed=column.fixed,
            right=partial(_right, column.field, value.rows),
            shrinks=_shrinks(column.field, total),
            within=column.field.name in _NAMES,
        )
        for head, column, get in zip(heads, columns, _with_marks(cells, best), strict=True)
    ]
    fitted = fit.fitted(wanted, len(value.rows), total)
    gone = len(columns) - fitted.shown
    notes = [f"+{gone} column{'s' if gone > 1 else ''}: --all, --keep or a wider terminal"] if gone else []
    marked = any(best[at] for at in fitted.places)
    notes += [f"{BEST.strip()} the best of {value.selected} by its metric's direction"] if marked else []
    return Rendered(text="".join(line + "\n" for line in fitted.lines), notes=(*notes, *sentences(value.notes)))


def short_names(fields: Sequence[Field]) -> list[str]:
    """The heads of the columns: the end of a dotted name from which on it is of one column alone."""
    count: dict[str, int] = {}
    for field in fields:
        for end in _ends(field):
            count[end] = count.get(end, 0) + 1
    return [next((end for end in _ends(field) if count[end] == 1), field.name) for field in fields]


def _ends(field: Field) -> list[str]:
    parts = segments(field.short) if field.kind is FieldKind.PARAM else [field.short]
    ends = [".".join(parts[-count:]) for count in range(1, len(parts) + 1)]
    return list(dict.fromkeys([*ends, field.short, field.name]))


def cells(value: Table, column: Column, settings: Settings, *, longest: int = _LONGEST) -> list[str]:
    """The column's texts, one per row. `longest`: to this many columns a parameter's text is cut."""
    return _cells(value, column, settings, aligned=False, longest=longest)(None)


def stands_right(field: Field, rows: Sequence[Row]) -> bool:
    """Whether a column holds numbers, or moments."""
    return _right(field, rows)


Cells = Callable[[int | None], list[str]]


def _cells(value: Table, column: Column, settings: Settings, *, aligned: bool, longest: int = _LONGEST) -> Cells:
    """The column's texts: of all rows, or of this many from the beginning."""
    field = column.field
    if field.kind is FieldKind.METRIC and field.name.startswith(METRICS):
        name = field.short
        precision = settings.precision(name)
        counts = {(s.n, s.left_out) for row in value.rows if (s := row.metrics.get(name)) is not None}
        if all(n + left_out < 2 and (n or value.level == TRIALS) for n, left_out in counts):
            return lambda count: [
                _unfit(row, name) or summary(row.metrics.get(name), precision) for row in value.rows[:count]
            ]
        # the numbers stand in line where their counts are equally long
        size = max(len(_count(*each)) for each in counts) if aligned else 1
        return lambda count: [summary(row.metrics.get(name), precision, size) for row in value.rows[:count]]
    if field.kind is FieldKind.PARAM:
        return lambda count: _params([field.get(row) for row in value.rows[:count]], longest)
    show = _SHOWN.get(field.kind, _param)
    return lambda count: [show(field.get(row)) for row in value.rows[:count]]


def _unfit(row: Row, metric: str) -> str | None:
    """What a trial has instead of a finite number: `inf`, `nan`."""
    found = row.extra.get(NOT_FINITE, {}).get(metric)
    return None if found is None else number(float(found))


def _params(values: Sequence[Any], longest: int) -> list[str]:
    """The values as texts, each written once: of ten thousand rows few differ."""
    # 1, 1.0 and true are three values; 0.0 and -0.0 are written apart, though they are equal
    known: dict[tuple[type, Any], str] = {}
    texts = []
    for value in values:
        if isinstance(value, list | dict) or value == 0:
            texts.append(_param(value, longest))
            continue
        key = (type(value), value)
        if key not in known:
            known[key] = _param(value, longest)
        texts.append(known[key])
    return texts


def summary(value: Summary | None, precision: int | None, size: int = 0) -> str:
    """`0.612 ± 0.008 (5)`; `(4 of 5)` where a value is NaN or infinite; `-` where no finite one is.

    `size` is the length of the longest count in the column, 0 where there is none to show.
    """
    if value is None:
        return "-"
    said = spread(value, precision) if value.n else "-"
    return f"{said} {_count(value.n, value.left_out).rjust(size)}" if size else said


def _count(n: int, left_out: int) -> str:
    return f"({n} of {n + left_out})" if left_out else f"({n})"


def _text(value: Any) -> str:
    return "-" if value is None else clean(value)


def _param(value: Any, longest: int = _LONGEST) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool | int | float):
        return format_value(value)
    return cut(clean(format_value(value)), longest)


_SHOWN: Final[dict[FieldKind, Callable[[Any], str]]] = {
    FieldKind.TEXT: _text,
    FieldKind.TITLE: _text,
    FieldKind.STATE: _text,
    FieldKind.NUMBER: number,
    FieldKind.COUNT: lambda value: "-" if value is None else str(value),
    FieldKind.SECONDS: seconds,
    FieldKind.METRIC: number,
    FieldKind.PARAM: _param,
    FieldKind.MOMENT: lambda value: f"{value:%Y-%m-%d}",
    FieldKind.HASH: lambda value: "-" if value is None else clean(value.removesuffix(".dir"))[:7],
    FieldKind.TAGS: lambda value: ", ".join(map(clean, value or ())) or "-",
}


def _right(field: Field, rows: Sequence[Row]) -> bool:
    """Whether a column stands on the right: numbers do."""
    if field.kind is not FieldKind.PARAM:
        return field.kind in _NUMERIC
    values = [field.get(row) for row in rows]
    return all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values)


def _shrinks(field: Field, total: int | None) -> int | None:
    """Down to how many columns a cell may be cut, None where it must stay whole: no number is ever cut."""
    if field.kind is FieldKind.TITLE:
        return max(16, (total or 0) // 6)
    if field.kind is FieldKind.TAGS:
        return 14
    # the names of a row, two of them and more, fit beside each other also where the terminal is narrow
    # two names and a state leave room for a metric
    return max(10, min(24, (total or 0) // 4)) if field.name in (*_NAMES, "author") else None


def _with_marks(cells: Sequence[Cells], best: Sequence[frozenset[int] | tuple[()]]) -> list[Cells]:
    def marked(get: Cells, rows: frozenset[int] | tuple[()]) -> Cells:
        if not rows:
            return get
        # the blanks keep the numbers of the others in line with the marked one's
        return lambda count: [text + (BEST if at in rows else "  ") for at, text in enumerate(get(count))]

    return [marked(get, rows) for get, rows in zip(cells, best, strict=True)]


def _csv(value: Table, guard: bool) -> str:
    """Numbers in full, a metric in three columns, times as ISO 8601, and nothing where there is no value."""
    heads: list[str] = []
    getters: list[Callable[[Row], object]] = []
    for column in value.columns:
        field = column.field
        if field.kind is not FieldKind.METRIC or not field.name.startswith(METRICS):
            heads.append(field.name)
            getters.append(field.get)
            continue
        for part in ("mean", "sd", "n"):
            heads.append(f"{field.name}.{part}")
            getters.append(_part(field.short, part))
    rows = tuple(tuple(_exact(get(row)) for get in getters) for row in value.rows)
    return written(blocks.Table(head=tuple(heads), rows=rows), Format.CSV, guard=guard)


def _part(metric: str, part: str) -> Callable[[Row], object]:
    def get(row: Row) -> object:
        unfit = _unfit(row, metric) if part == "mean" else None
        return unfit or getattr(row.metrics.get(metric), part, None)

    return get


def _exact(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return value if isinstance(value, str) else format_value(value)
