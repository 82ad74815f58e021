"""A file of per-case results to its columns: CSV, TSV, JSON lines, a JSON list, Parquet."""

from __future__ import annotations

import csv
import io
import json
import math
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from ledger.errors import FormatError, LedgerError
from ledger.model.cases import CaseColumns, CaseTable
from ledger.model.listing import listed

MAX_BYTES = 500_000_000
"""A larger file is refused: it would fill the memory."""

_EMPTY = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})
_TRUTH = {"true": 1.0, "false": 0.0}

# a place of the file (`line 3`), with its cells in the order of the columns
_Rows = Iterator[tuple[str, Sequence[object]]]


def parse(data: bytes, columns: CaseColumns) -> CaseTable:
    """The cases of one trial. Raises FormatError, which continues from the file's name: `has no column 'dice'`.

    A metric whose column is missing is left out of `values`; the columns of labels must be there. Raises LedgerError
    where Parquet cannot be read here.
    """
    if len(data) > MAX_BYTES:
        raise FormatError(f"is larger than {MAX_BYTES // 1_000_000} MB")
    suffix = PurePosixPath(columns.file).suffix.lower()
    wanted = list(dict.fromkeys((columns.id, *columns.metrics.values(), *columns.labels)))
    required = (columns.id, *columns.labels)
    if suffix == ".parquet":
        known, rows = _of_parquet(data, wanted, required)
    else:
        text = _text(data)
        if suffix in (".csv", ".tsv"):
            known, rows = _of_table(text, "\t" if suffix == ".tsv" else ",", wanted, required)
        else:
            known, rows = _of_objects(_documents(text, lines=suffix != ".json"), wanted, required)
    return _table(columns, known, rows)


def _table(columns: CaseColumns, known: Sequence[str], rows: _Rows) -> CaseTable:
    """The table of rows whose cells are those of the `known` columns."""
    places = {name: place for place, name in enumerate(known)}
    ids: list[str] = []
    labels: dict[str, list[str]] = {name: [] for name in columns.labels}
    numbers = {m: (array("d"), places[column], column) for m, column in columns.metrics.items() if column in places}
    own = places[columns.id]
    # few labels for many cases: each text is kept once
    texts: dict[str, str] = {}
    for at, row in rows:
        name = _label(row[own])
        if not name:
            raise FormatError(f"{at} has no {columns.id}")
        ids.append(name)
        for label, found in labels.items():
            text = _label(row[places[label]])
            found.append(texts.setdefault(text, text))
        for values, place, column in numbers.values():
            values.append(_number(row[place], at, column))
    if not ids:
        raise FormatError("has no cases")
    if len(set(ids)) < len(ids):
        twice = [repr(name) for name, count in Counter(ids).items() if count > 1]
        raise FormatError(f"has {len(twice)} {columns.id} more than once: {listed(twice, 3)}")
    return CaseTable(
        ids=tuple(ids),
        values={metric: values for metric, (values, _, _) in numbers.items()},
        labels={label: tuple(found) for label, found in labels.items()},
    )


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"is not UTF-8: byte {error.start}") from None
    if not text.strip():
        raise FormatError("is empty")
    return text


def _present(names: Sequence[str], wanted: Sequence[str], required: Sequence[str]) -> list[str]:
    """Those of the wanted columns that are there. Raises FormatError where a required one is not."""
    for name in required:
        if name not in names:
            raise FormatError(f"has no column {name!r}: it has {listed([repr(each) for each in names], 8) or 'none'}")
    return [name for name in wanted if name in names]


def _of_table(text: str, delimiter: str, wanted: Sequence[str], required: Sequence[str]) -> tuple[list[str], _Rows]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        head = [cell.strip() for cell in next(reader)]
    except csv.Error as error:
        raise FormatError(f"line {reader.line_num}: {error}") from None
    for name in wanted:
        if head.count(name) > 1:
            raise FormatError(f"has the column {name!r} more than once")
    known = _present(head, wanted, required)
    places = [head.index(name) for name in known]

    def rows() -> _Rows:
        try:
            for row in reader:
                if len(row) == len(head):
                    yield f"line {reader.line_num}", [row[place] for place in places]
                elif row:
                    raise FormatError(f"line {reader.line_num} has {len(row)} cells, not {len(head)}")
        except csv.Error as error:
            raise FormatError(f"line {reader.line_num}: {error}") from None

    return known, rows()


def _documents(text: str, *, lines: bool) -> list[tuple[str, object]]:
    try:
        if lines:
            rows = [(at, row) for at, row in enumerate(text.split("\n"), 1) if row.strip()]
            return [(f"line {at}", json.loads(row)) for at, row in rows]
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is not {'JSON lines' if lines else 'JSON'}: {error}") from None
    if not isinstance(document, list):
        raise FormatError("is not a list of cases")
    return [(f"case {at}", row) for at, row in enumerate(document, 1)]


def _of_objects(
    documents: list[tuple[str, object]], wanted: Sequence[str], required: Sequence[str]
) -> tuple[list[str], _Rows]:
    first = documents[0][1] if documents else {}
    known = _present([str(key) for key in first], wanted, required) if isinstance(first, Mapping) and first else []

    def rows() -> _Rows:
        for at, row in documents:
            if not isinstance(row, Mapping):
                raise FormatError(f"{at} is not a mapping of columns to values")
            for name in required:
                if name not in row:
                    raise FormatError(f"{at} has no {name!r}")
            yield at, [row.get(name) for name in known]

    if not documents:
        raise FormatError("has no cases")
    if not known:
        raise FormatError(f"{documents[0][0]} is not a mapping of columns to values")
    return known, rows()


def _of_parquet(data: bytes, wanted: Sequence[str], required: Sequence[str]) -> tuple[list[str], _Rows]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise LedgerError(
            "per-case results in Parquet need pyarrow", hint="pip install pyarrow, or write CSV"
        ) from None
    try:
        file = parquet.ParquetFile(pyarrow.BufferReader(data))
        known = _present(file.schema_arrow.names, wanted, required)
        columns = file.read(columns=known).to_pydict()
    except pyarrow.ArrowException as error:
        raise FormatError(f"is not Parquet: {str(error).splitlines()[0]}") from None
    rows = zip(*(columns[name] for name in known), strict=True)
    return known, ((f"row {at}", row) for at, row in enumerate(rows, 1))


def _label(cell: object) -> str:
    if isinstance(cell, str):
        return cell.strip()
    # a whole number may have become a decimal on its way: 3 and 3.0 are one case
    return "" if cell is None else str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _number(cell: object, at: str, column: str) -> float:
    """The cell's number, NaN where it says that there is none. Raises FormatError where it holds something else."""
    if isinstance(cell, str):
        try:
            if "_" not in cell:
                return float(cell)
        except ValueError:
            word = cell.strip().lower()
            if word in _EMPTY:
                return math.nan
            if word in _TRUTH:
                return _TRUTH[word]
    elif cell is None:
        return math.nan
    elif isinstance(cell, int | float):
        try:
            return float(cell)
        except OverflowError:
            return math.inf
    shown = repr(cell)
    raise FormatError(f"{at}: {column} is {shown if len(shown) <= 40 else f'{shown[:39]}…'}, not a number")
