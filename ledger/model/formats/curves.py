"""The plot files of a trial as columns of numbers: CSV, TSV, JSON and YAML, as DVC and DVCLive write them.

Text in, values out. Which column is which is not decided here: `model/plot_definitions.py` reads what `dvc.yaml` says
of it, `analysis/curves.py` chooses.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import PurePosixPath
from typing import Any

from ledger.errors import FormatError
from ledger.model.formats import yaml12
from ledger.model.frozen import frozen
from ledger.model.parameters import flatten

SUFFIXES = (".csv", ".tsv", ".json", ".yaml", ".yml")
"""The files that may hold a curve; pictures and other plots have other endings."""

MAX_BYTES = 50_000_000
"""A larger file is no learning curve: it is skipped."""

# DVCLive keeps each metric in a file of its own below this folder: `dvclive/plots/metrics/train/loss.tsv`
_DVCLIVE = "plots/metrics/"

_EMPTY = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})


@frozen
class Series:
    """One plot file: its columns of numbers, all of one length, NaN where a row has no number there.

    `others` are the columns that hold something else. `empty`: by column, the rows in which nothing was logged, which
    is not the same as NaN.
    """

    numbers: Mapping[str, tuple[float, ...]]
    others: tuple[str, ...]
    length: int
    empty: Mapping[str, frozenset[int]] = field(default_factory=dict)


def readable(path: str) -> bool:
    """Whether the file's ending is one that `parse` reads."""
    return path.lower().endswith(SUFFIXES)


def logged_metric(path: str) -> str | None:
    """The metric in a file of DVCLive's, None for any other: `live/plots/metrics/train/loss.tsv` is `train/loss`."""
    _, marker, name = f"/{path}".partition(f"/{_DVCLIVE}")
    return str(PurePosixPath(name).with_suffix("")) if marker and name.endswith(".tsv") else None


def parse(path: str, text: str, *, header: bool = True) -> Series:
    """The columns that a plot file holds; without a `header` they are called 0, 1, 2 as in DVC.

    Where a column is text in most rows it is no column of numbers; a cell that is none is NaN. Raises FormatError where
    the file is empty, cut off within a value, or has no rows with names.
    """
    if len(text) > MAX_BYTES:
        raise FormatError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise FormatError("it is empty")
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in (".csv", ".tsv"):
        return _series(_separated(text, "\t" if suffix == ".tsv" else ",", header=header))
    try:
        document = json.loads(text) if suffix == ".json" else yaml12.loads_untrusted(text, max_bytes=MAX_BYTES)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"it is not {'JSON' if suffix == '.json' else 'YAML'}: {error}") from None
    return _series(_tabular(document))


def _separated(text: str, delimiter: str, *, header: bool) -> dict[str, list[object]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if "".join(row).strip()]
    except csv.Error as error:
        raise FormatError(f"line {reader.line_num}: {error}") from None
    if not rows:
        raise FormatError("it is empty")
    first = rows[0][1]
    names = [cell.strip() or f"column {i}" for i, cell in enumerate(first, 1)] if header else _numbered(first)
    below = rows[1:] if header else rows
    if len(set(names)) == len(names) and all(len(row) == len(names) for _, row in below):
        # as nearly all are, some with a million rows and some with ten thousand columns
        return {name: [row[at] for _, row in below] for at, name in enumerate(names)}
    columns: dict[str, list[object]] = {name: [] for name in names}
    for line, row in below:
        if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
            raise FormatError(f"line {line} has {len(row)} cells, not {len(names)}")
        # a run that was killed leaves its last line short
        cells = [*row, *[""] * (len(names) - len(row))]
        for name, cell in dict(zip(names, cells, strict=False)).items():
            columns[name].append(cell)
    return columns


def _numbered(row: Sequence[str]) -> list[str]:
    return [str(i) for i in range(len(row))]


def _tabular(document: object) -> dict[str, list[object]]:
    """The columns of a document: every list in it, at any depth, side by side, as DVC reads it.

    A list holds records, or (under a name) plain numbers. A name that two lists share is written with the keys that
    lead to its list. A document of plain values alone is one record: the summary that DVCLive writes.
    """
    found: dict[str, dict[str, list[object]]] = {}
    for place, items in _lists(document, ()):
        name = ".".join(place)
        if any(isinstance(item, Mapping) for item in items):
            found[name] = _records(items)
        elif place and not any(isinstance(item, list) for item in items):
            found[name] = {place[-1]: list(items)}
    if not found and isinstance(document, Mapping):
        found[""] = _records([document])
    names = Counter(name for columns in found.values() for name in columns)
    return {
        name if names[name] == 1 else f"{place}.{name}".removeprefix("."): values
        for place, columns in found.items()
        for name, values in columns.items()
    }


def _lists(value: object, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[object]]]:
    if isinstance(value, list):
        yield place, value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _lists(below, (*place, str(key)))


def _records(items: Sequence[object]) -> dict[str, list[object]]:
    rows: list[Mapping[str, Any]] = [flatten(item) if isinstance(item, Mapping) else {} for item in items]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _series(columns: Mapping[str, list[object]]) -> Series:
    length = max(map(len, columns.values()), default=0)
    if not length:
        raise FormatError("it has no rows of names with numbers")
    numbers: dict[str, tuple[float, ...]] = {}
    others = []
    empty: dict[str, frozenset[int]] = {}
    for name, cells in columns.items():
        clean = _clean(cells)
        if clean is not None:
            numbers[name] = (*clean, *[math.nan] * (length - len(clean)))
            continue
        read = [_number(cell) for cell in cells]
        words = sum(value is None for value in read)
        if words * 2 > len([cell for cell in cells if not _is_empty(cell)]):
            others.append(name)
        else:
            values = [math.nan if value is None else value for value in read]
            numbers[name] = (*values, *[math.nan] * (length - len(values)))
            gaps = frozenset(row for row, cell in enumerate(cells) if _is_empty(cell) and not _is_nan(cell))
            empty |= {name: gaps} if gaps else {}
    return Series(numbers=numbers, others=tuple(others), length=length, empty=empty)


def _clean(cells: Sequence[object]) -> list[float] | None:
    """The numbers of a column of a CSV file that holds nothing else, which most do; None for any other."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    if len(texts) < len(cells) or "_" in "".join(texts):
        return None
    try:
        return list(map(float, texts))
    except ValueError:
        return None


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in _EMPTY)


def _is_nan(cell: object) -> bool:
    return isinstance(cell, str) and cell.strip().lower() == "nan"


def _number(cell: object) -> float | None:
    """The cell's number; NaN where it says that there is none, None where it holds something else."""
    if _is_empty(cell):
        return math.nan
    if isinstance(cell, str) and "_" not in cell:
        try:
            return float(cell)
        except ValueError:
            return {"true": 1.0, "false": 0.0}.get(cell.strip().lower())
    if isinstance(cell, int | float):
        try:
            return float(cell)
        except OverflowError:
            return math.inf if cell > 0 else -math.inf
    return None
