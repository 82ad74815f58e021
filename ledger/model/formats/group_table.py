"""A table that says which group each file of a data set is in: CSV, TSV, JSON (a list of rows) or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from ledger.errors import FormatError
from ledger.model.listing import listed

MAX_BYTES: Final = 200_000_000
"""A larger table is not read."""


def parse(file: str, data: bytes, *, path: str, group: str) -> dict[str, str]:
    """The group of each path, from the columns of these names; rows without a path or a group say nothing.

    The ending of the `file` says how it is read. Raises FormatError where a column is missing, where it cannot be read,
    or where one path is in two groups.
    """
    if len(data) > MAX_BYTES:
        raise FormatError(f"it has {len(data):,} bytes, more than the {MAX_BYTES:,} that are read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormatError("it is not text in UTF-8") from None
    found: dict[str, str] = {}
    for number, row in enumerate(_rows(file, text), start=1):
        for column in (path, group):
            if column not in row:
                known = listed([str(name) for name in row if name is not None], 8)
                raise FormatError(f"it has no column {column!r} in row {number}, but {known}")
        at, name = (_said(row[column]) for column in (path, group))
        if not at or not name:
            continue
        if found.setdefault(at, name) != name:
            raise FormatError(f"{at} is in two groups, {found[at]} and {name}")
    return found


def _rows(file: str, text: str) -> Iterable[Mapping[Any, Any]]:
    ending = PurePosixPath(file).suffix.lower()
    if ending in (".csv", ".tsv"):
        try:
            yield from csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if ending == ".tsv" else ",")
        except csv.Error as error:
            raise FormatError(f"it cannot be read: {error}") from None
        return
    if ending not in (".json", ".jsonl"):
        raise FormatError("its name ends neither in .csv, .tsv, .json nor .jsonl")
    try:
        rows = (
            json.loads(text) if ending == ".json" else [json.loads(line) for line in text.split("\n") if line.strip()]
        )
    except (ValueError, RecursionError) as error:
        raise FormatError(f"it is not JSON: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FormatError("it is not a list of rows with named columns")
    yield from rows


def _said(value: object) -> str:
    """A cell as a name: that of a number is its digits."""
    return "" if value is None else str(value).strip()
