"""Rows in the order that `--sort -accuracy,created` asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from ledger.analysis.fields import Field, is_missing
from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.row import Row
from ledger.model.typed_values import format_value


@frozen
class SortKey:
    """One field to sort by."""

    field: Field
    descending: bool


def split_names(text: str) -> list[str]:
    """The names between commas; a name in backquotes may hold commas. Raises LedgerError where one is empty."""
    # a comma outside backquotes has an even number of them behind it
    names = re.split(r",(?=(?:[^`]*`[^`]*`)*[^`]*$)", text)
    found = [_unquoted(name.strip()) for name in names]
    if not all(name.strip("-") for name in found):
        raise LedgerError(f"an empty name in {text!r}", hint="names stand between commas: -accuracy,created")
    return found


def _unquoted(name: str) -> str:
    sign = name[:1] if name[:1] in "+-" else ""
    inner = name[len(sign) :]
    if len(inner) > 1 and inner[0] == inner[-1] == "`":
        inner = inner[1:-1].replace("``", "`")
    return sign + inner


def sort_keys(texts: Sequence[str], find: Callable[[str], Field]) -> tuple[SortKey, ...]:
    """The keys of one or more `--sort`; a minus sign before a name sorts from high to low."""
    names = [name for text in texts for name in split_names(text)]
    return tuple(SortKey(field=find(name.lstrip("+-")), descending=name.startswith("-")) for name in names)


def ordered(rows: Sequence[Row], keys: Sequence[SortKey]) -> list[Row]:
    """The rows by the first key, then the next; what lacks a value comes last either way, ties stay as they are."""
    found = list(rows)
    for key in reversed(keys):
        valued = [(key.field.get(row), row) for row in found]
        have = [(_rank(value), row) for value, row in valued if not is_missing(value)]
        have.sort(key=lambda pair: pair[0], reverse=key.descending)
        found = [row for _, row in have] + [row for value, row in valued if is_missing(value)]
    return found


def _rank(value: Any) -> tuple[int, Any]:
    """Something that values of all types can be put in order by: numbers, then texts, then times, then the rest."""
    if isinstance(value, int | float):
        return 0, value
    if isinstance(value, str):
        return 1, value
    if isinstance(value, datetime):
        # a parameter may be a time without its zone
        return 2, (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return 2, (value - date(1970, 1, 1)).total_seconds()
    if isinstance(value, tuple):
        return 3, value
    return 4, format_value(value)
