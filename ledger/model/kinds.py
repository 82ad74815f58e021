"""What kind of value a parameter is, so that a value of another kind is not a slip of the fingers.

A whole number and a decimal are one kind. `null` may stand for every kind, and every kind for `null`: that a parameter
is unset says nothing of what it may become.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from ledger.errors import LedgerError
from ledger.model.typed_values import format_value


class ValueKind(StrEnum):
    """A kind of value, in words."""

    TRUTH = "true or false"
    NUMBER = "a number"
    TEXT = "text"
    LIST = "a list"


def kind_of(value: object) -> ValueKind | None:
    """The kind of a parameter's value; None where it has none that could be mistaken: null, a mapping, a date."""
    if isinstance(value, bool):
        return ValueKind.TRUTH
    if isinstance(value, int | float):
        return ValueKind.NUMBER
    if isinstance(value, str):
        return ValueKind.TEXT
    return ValueKind.LIST if isinstance(value, list | tuple) else None


def refuse_another(values: Mapping[str, Any], name: str, value: object) -> None:
    """Raise LedgerError where a value is of another kind than the parameter has; `values` are the present ones."""
    present = values.get(name)
    was, now = kind_of(present), kind_of(value)
    if was is None or now is None or was is now:
        return
    meant = {
        ValueKind.TRUTH: f"{name}=true",
        ValueKind.NUMBER: f"{name}={_shown(present)}",
        ValueKind.TEXT: f'{name}="{_shown(value)}"',
        ValueKind.LIST: f"{name}=[{_shown(value)}]",
    }[was]
    raise LedgerError(
        f"the parameter {name} is {was} ({_shown(present)}), and {_shown(value)} is {now}",
        hint=f"{was} is written {shlex.quote(meant)}; --retype changes the kind on purpose",
    )


def _shown(value: object) -> str:
    return format_value(list(value) if isinstance(value, tuple) else value)  # type: ignore[arg-type]
