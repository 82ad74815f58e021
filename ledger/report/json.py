"""Answers as JSON: the one place where values become what JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from json.encoder import encode_basestring
from typing import Any

from ledger.report.text import harmless_json

_WORDS = {None: "null", True: "true", False: "false"}


def render(data: Any) -> str:
    """The values of a document, or of any other answer, as JSON that a terminal may show.

    NaN and infinities are null, dates are texts. Raises TypeError for what is no value.
    """
    # `json.dumps` with an indent is Python's own encoder, five times slower
    return harmless_json(_written(data, "\n")) + "\n"


def _written(value: Any, line: str) -> str:
    """The value; `line` begins a new line at its indent."""
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value) if math.isfinite(value) else "null"
    below = f"{line}  "
    if isinstance(value, list | tuple):
        return _enclosed("[]", (_written(item, below) for item in value), line)
    if isinstance(value, Mapping):
        members = (f"{encode_basestring(str(key))}: {_written(item, below)}" for key, item in value.items())
        return _enclosed("{}", members, line)
    if isinstance(value, date):
        return encode_basestring(value.isoformat())
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _enclosed(brackets: str, members: Iterable[str], line: str) -> str:
    inner = f",{line}  ".join(members)
    return f"{brackets[0]}{line}  {inner}{line}{brackets[1]}" if inner else brackets
