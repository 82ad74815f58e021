"""Front matter: a document in YAML above a text, and the keys that people write there, each read as what it must be.

Every reader raises FormatError, which names the key, for what is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ledger.errors import FormatError
from ledger.model import bounds
from ledger.model.formats import yaml12
from ledger.model.patterns import pattern

_OPENING = pattern(r"\ufeff?---[ \t]*\r?\n")
_CLOSING = pattern(r"\n---[ \t]*(?:\r?\n|\Z)")


def split(whole: str) -> tuple[str, str]:
    """The YAML between the two `---` lines, and what stands below. Raises FormatError where there is none."""
    opening = _OPENING.match(whole)
    closing = None if opening is None else _CLOSING.search(whole, opening.end() - 1)
    if opening is None or closing is None:
        raise FormatError("there is no front matter between two lines of `---`")
    return whole[opening.end() : closing.start() + 1], whole[closing.end() :]


def read(whole: str) -> tuple[dict[str, Any], str]:
    """The mapping that the front matter holds, read as untrusted, and what stands below it."""
    front, body = split(whole)
    try:
        # the line of `---` goes first, so that the lines of an error are the file's
        document = yaml12.loads_untrusted(f"\n{front}")
    except yaml12.YamlError as error:
        raise FormatError(f"the front matter is not YAML: {error}") from None
    if not isinstance(document, dict):
        raise FormatError("the front matter is not a mapping of keys to values")
    return document, body


def joined(document: Mapping[str, object], body: str) -> str:
    """The text with a document above it; `read` is the inverse."""
    return f"---\n{yaml12.dumps(document)}---\n{body}"


def text(document: Mapping[str, Any], key: str) -> str:
    """A text that must be there."""
    value = document.get(key)
    if value is None:
        raise FormatError(f"the front matter lacks the key `{key}`")
    if not isinstance(value, str) or not value.strip():
        raise FormatError(f"`{key}` is {value!r}, not a text")
    return value


def one_of(document: Mapping[str, Any], key: str, allowed: Sequence[str]) -> str:
    """A text that must be there, one of those that are allowed."""
    value = text(document, key)
    if value not in allowed:
        raise FormatError(f"`{key}` is {value!r}; it may be {' or '.join(allowed)}")
    return value


def commit(document: Mapping[str, Any], key: str) -> str:
    """The id of a commit, which must be there."""
    value = text(document, key)
    try:
        return bounds.commit(value)
    except ValueError as error:
        raise FormatError(f"`{key}`: {error}") from None


def texts(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts, empty where the key is not there."""
    value = document.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise FormatError(f"`{key}` is not a list of texts")
    return tuple(value)


def number(document: Mapping[str, Any], key: str, default: float, *, low: float, high: float) -> float:
    """A number from `low` to `high`."""
    value = document.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise FormatError(f"`{key}` is {value!r}, not a number from {low:g} to {high:g}")
    return value


def moment(document: Mapping[str, Any], key: str) -> datetime:
    """A time, which must be there; of this machine's zone where it names none."""
    value = document.get(key)
    try:
        found = bounds.moment(value if isinstance(value, datetime) else text(document, key))
    except FormatError:
        raise
    except ValueError:
        raise FormatError(f"`{key}` is {value!r}, not a time such as 2026-11-20T10:00:00+00:00") from None
    return found if found.tzinfo else found.astimezone()
