"""Values as people type them and read them: `train.lr=0.3`, `0..4`, `[1, 2]`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

from ledger.errors import LedgerError
from ledger.model.formats import yaml12
from ledger.model.parameters import Value, as_value

MAX_RANGE: Final = 10_000

_OPENING = "[{\"'"
_QUOTE_HINT = "put quotes round it to mean the text, as in -S 'note=\"[draft\"'"


def parse_assignment(text: str) -> tuple[str, Value]:
    """The key and the value of `train.lr=0.3`, the value read as by `parse_value`.

    Nothing behind `=` is the empty string. A `LedgerError` where `=`, the key or a bracket is missing.
    """
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals:
        raise LedgerError(f"no value in {text!r}", hint=f"write KEY=VALUE, as in -S {key or 'train.lr'}=0.3")
    if not key:
        raise LedgerError(f"no key before the '=' in {text!r}", hint="write KEY=VALUE, as in -S train.lr=0.3")
    return key, parse_value(value)


def assigned(params: Mapping[str, Value]) -> str:
    """Parameters with their values: `train.lr=0.3, train.layers=4`."""
    return ", ".join(f"{name}={format_value(value)}" for name, value in params.items())


def parse_value(text: str) -> Value:
    """The value that `text` stands for on a command line, as YAML 1.2: `1e-3`, `null`, `[1, 2]`, text.

    Only brackets and quotes have YAML's syntax; all other text is one scalar, so that `#fff`, `a: b`, `*` and
    `-x` mean themselves.
    """
    text = text.strip()
    if not text:
        return ""
    if re.search("[\ud800-\udfff]", text):  # how Python passes on bytes that are not UTF-8
        raise LedgerError(f"{text!a} is not Unicode text", hint="type it in UTF-8")
    if text[0] not in _OPENING:
        try:
            return yaml12.scalar(text)
        except yaml12.YamlError:  # 2020-13-01
            return text
    try:
        value = as_value(yaml12.loads_untrusted(text))
    except yaml12.YamlError as error:
        raise LedgerError(f"{text} is not a value: {error.message}", hint=_QUOTE_HINT) from error
    if not isinstance(value, {"[": list, "{": dict}.get(text[0], str)):  # `"a": b` is a mapping to YAML
        raise LedgerError(f"{text} is not a value: text after the end", hint=_QUOTE_HINT)
    return value


def parse_values(text: str) -> tuple[Value, ...]:
    """The values of an axis: `0,1,2`, `0..4` (integers, both ends included), `a,b`, `[1,2],[3]`.

    A `LedgerError` for an empty place, and for a range that is empty, too long or not of integers.
    """
    values: list[Value] = []
    for item in split_list(text):
        if not item:
            raise LedgerError(f"an empty value in {text!r}", hint="write '' for the empty string")
        values.extend(_range(item) if re.fullmatch(_RANGE, item) else [parse_value(item)])
    return tuple(values)


_RANGE = r"([-+]?[0-9.]*[0-9])\.\.([-+]?[0-9][0-9.]*)"


def _range(text: str) -> list[Value]:
    first, _, last = text.partition("..")
    try:
        start, stop = int(first), int(last)
    except ValueError as error:
        raise LedgerError(f"{text} is not a range of integers", hint="list the values: 0.1,0.2,0.3") from error
    if stop < start:
        raise LedgerError(f"the range {text} is empty", hint=f"write {stop}..{start}")
    if stop - start >= MAX_RANGE:
        raise LedgerError(f"the range {text} has {stop - start + 1} values", hint=f"at most {MAX_RANGE}")
    return list(range(start, stop + 1))


_QUOTED = r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*\""""


def split_list(text: str) -> list[str]:
    """The parts of `text` between its top-level commas: those outside brackets and quotes."""
    quotes = re.compile(_QUOTED, re.DOTALL)
    parts = [""]
    depth = position = 0
    fresh = True  # where a value may begin: elsewhere, as in it's, a quote opens nothing
    while position < len(text):
        quoted = quotes.match(text, position) if fresh else None
        piece = quoted[0] if quoted else text[position]
        position += len(piece)
        depth += (piece in "[{") - (piece in "]}")
        if piece == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += piece
        fresh = piece in "[{,=" or (piece == ":" and depth > 0) or (fresh and piece.isspace())
    return [part.strip() for part in parts]


def format_value(value: Value) -> str:
    """`value` on one line for people; `parse_value` reads it back: `1e-05`, `true`, `[1, 2]`, `'1'`."""
    if isinstance(value, str):
        bare = yaml12.inline(value)[0] != '"' and _is_bare(value)
        return value if bare else yaml12.inline(value)
    if isinstance(value, list):
        return "[" + ", ".join(_format_member(item) for item in value) + "]"
    return _format_member(value)


def _format_member(value: Value) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return float.__repr__(value)
    return format_value(value) if isinstance(value, list) else yaml12.inline(value)


def _is_bare(text: str) -> bool:
    """Whether `parse_value` takes `text` for itself."""
    return text.strip() == text != "" and text[0] not in _OPENING and parse_value(text) == text
