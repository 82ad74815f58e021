"""What a plain (unquoted) YAML scalar means. The patterns are ruamel.yaml's, quirks included."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Final

from ledger.model.patterns import pattern


class YamlError(ValueError):
    """Text that is no YAML, or not of the kind asked for; `line` and `column` count from 1, where known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}, column {column}: {message}")
        self.message = message
        self.line = line
        self.column = column


_FLOAT = pattern(
    r"""[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+
    |[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?   # ruamel wants a sign here: -.5e3 is a string
    |[-+]?\.(?:inf|Inf|INF)
    |\.(?:nan|NaN|NAN)""",
    re.VERBOSE,
)
_INT = pattern(r"[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+")
# Dates are rare: their patterns are compiled by the first text that may be one.
_TIMESTAMP = r"""
    ([0-9]{4})-([0-9][0-9]?)-([0-9][0-9]?)
    (?:(?:[Tt]|[ \t]+)([0-9][0-9]?):([0-9][0-9]):([0-9][0-9])(?:\.([0-9]*))?
    (?:[ \t]*(?:(Z)|([-+])([0-9][0-9]?)(?::([0-9][0-9]))?))?)?"""
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MAX_DIGITS: Final = 1000
"""Of an integer. Python refuses to write much longer ones out, and every reader of a record would fail over it."""
_SPECIAL_FIRST: Final = frozenset("+-.0123456789")


def scalar(text: str) -> str | int | float | bool | datetime.date | None:
    """The value of the plain scalar `text`; a `YamlError` for what only looks like one (`2020-13-01`)."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _SPECIAL_FIRST:
        return text
    try:
        if _FLOAT.fullmatch(text):
            return _float(text)
        if text[0] != "." and _INT.fullmatch(text):
            return _int(text)
        # a date wants two digits each, a time of day is freer
        is_date = len(text) == 10 and re.fullmatch(_DATE, text)
        if is_date or (":" in text and re.fullmatch(_TIMESTAMP, text, re.VERBOSE)):
            return _timestamp(text)
    except (ValueError, OverflowError) as error:
        raise YamlError(f"{text[:40]!r} is not a value: {error}") from error
    return text


def _float(text: str) -> float:
    digits = text.replace("_", "").lower()
    return float(digits.replace(".inf", "inf").replace(".nan", "nan"))


def _int(text: str) -> int:
    digits = text.replace("_", "")
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"an integer of more than {_MAX_DIGITS} digits")
    base = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2], 10)
    return sign * int(digits if base == 10 else digits[2:], base)


def _timestamp(text: str) -> datetime.date:
    match = re.fullmatch(_TIMESTAMP, text, re.VERBOSE)
    if match is None:
        raise ValueError("not a timestamp")
    year, month, day, hour, minute, second, fraction, zulu, sign, zone_hours, zone_minutes = match.groups()
    date = datetime.date(int(year), int(month), int(day))
    if hour is None:
        return date
    zone = datetime.UTC if zulu else None
    if sign:
        offset = datetime.timedelta(hours=int(zone_hours), minutes=int(zone_minutes or 0))
        zone = datetime.timezone(-offset if sign == "-" else offset)
    moment = datetime.datetime(date.year, date.month, date.day, int(hour), int(minute), int(second), tzinfo=zone)
    digits = (fraction or "").ljust(7, "0")
    return moment + datetime.timedelta(microseconds=int(digits[:6]) + (digits[6] > "4"))


def _bool(text: str) -> bool:
    if text.lower() in ("y", "yes", "true", "on"):
        return True
    if text.lower() in ("n", "no", "false", "off"):
        return False
    raise ValueError("neither true nor false")


TAG: Final = "tag:yaml.org,2002:"
TAGGED: Final[dict[str, Callable[[str], object]]] = {
    "str": str,
    "int": _int,
    "float": _float,
    "bool": _bool,
    "null": lambda _: None,
    "timestamp": _timestamp,
}
