"""Parse the values of options. Errors name the option."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from ledger.errors import LedgerError
from ledger.model.parameters import Value
from ledger.model.typed_values import parse_assignment, parse_values

T = TypeVar("T")


def once(option: str, pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """The pairs as a mapping. Two of one name are refused: neither is meant to be lost."""
    found: dict[str, T] = {}
    for name, value in pairs:
        if name in found:
            raise LedgerError(f"{option} is given twice for {name}", hint="leave one of them out")
        found[name] = value
    return found


def assignments(option: str, texts: Iterable[str] | None) -> dict[str, Value]:
    """Parameters with their values, from `KEY=VALUE`."""
    return once(option, map(parse_assignment, texts or ()))


def number(option: str, text: str | None, *, example: str = "0.02") -> float | None:
    """A number; None if the option is not given."""
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise LedgerError(f"{option} {text!r} is not a number", hint=f"{option} {example}") from None


def share(option: str, text: str, *, example: str) -> float:
    """A part of one, from `25%` or `0.25`."""
    plain = text.strip()
    value = number(option, plain.removesuffix("%"), example=example)
    assert value is not None
    return value / 100 if plain.endswith("%") else value


def whole_numbers(text: str | None, option: str) -> tuple[int, ...]:
    """Whole numbers, from `3,5,10` or `2..20`; none where nothing is given."""
    found = () if text is None else parse_values(text)
    whole = tuple(value for value in found if isinstance(value, int) and not isinstance(value, bool))
    if len(whole) < len(found):
        raise LedgerError(f"{option} {text!r} is not a list of whole numbers", hint=f"{option} 3,5,10")
    return whole


def duration(text: str) -> float:
    """Seconds, from `90`, `1.5m`, `2h` or `1d`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?", text.strip())
    seconds = 0.0 if found is None else float(found[1]) * {"m": 60, "min": 60, "h": 3600, "d": 86400}.get(found[2], 1)
    if seconds <= 0:
        raise LedgerError(f"--timeout {text!r} is not a duration", hint="--timeout 90 (seconds), 30m, 2h")
    return seconds
