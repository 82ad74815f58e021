"""The answer to a query, as a table or as records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.report.blocks import Table

Rows = Sequence[tuple[Any, ...]]


def answer(columns: Sequence[str], rows: Rows) -> Table:
    """The rows as they are, with numbers on the right; nothing stands where a value is null."""
    numbers = (at for at in range(len(columns)) if all(isinstance(row[at], int | float | None) for row in rows))
    return Table(head=tuple(columns), rows=tuple(tuple(map(_text, row)) for row in rows), right=tuple(numbers))


def records(columns: Sequence[str], rows: Rows) -> list[dict[str, Any]]:
    """The rows as JSON has them; columns of one name are numbered."""
    names = _distinct(columns)
    return [{name: _hexed(value) for name, value in zip(names, row, strict=True)} for row in rows]


def _distinct(names: Sequence[str]) -> list[str]:
    """The names of the columns as keys: those that come again are numbered."""
    found: list[str] = []
    for name in names:
        number = 2
        key = name
        while key in found:
            key, number = f"{name}_{number}", number + 1
        found.append(key)
    return found


def _hexed(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def _text(value: Any) -> str:
    return "" if value is None else str(_hexed(value))
