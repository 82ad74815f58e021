"""The writing half of `yaml12`: YAML that reads back the same under YAML 1.1 and 1.2."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Final

from ledger.model.formats.yaml12.scalars import YamlError

_WIDTH: Final = 100


def dumps(value: object) -> str:
    """The YAML document of mappings, lists, tuples (as lists) and scalars, in insertion order.

    A collection of scalars stands on one line where that has at most 100 columns; it ends in a newline. A
    `YamlError` for other types.
    """
    try:
        line = None if isinstance(value, Mapping) and value else _inline_if_flat(value)
        if _is_collection(value) and (line is None or len(line) > _WIDTH):
            return "".join(line + "\n" for line in _block(value, 0))
        return (inline(value) if line is None else line) + "\n"
    except RecursionError as error:
        raise YamlError("nested too deep to be written") from error


def inline(value: object) -> str:
    """`value` on one line, as it may stand anywhere in a document: `{a: [1, 2], b: ''}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key, flow=True)}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    return _scalar_text(value, flow=True)


def _is_collection(value: object) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _block(value: object, indent: int) -> Iterator[str]:
    """The lines of a collection that has members, each of them indented."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _member(f"{' ' * indent}{_key(key, flow=False)}:", item, indent)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _member(f"{' ' * indent}-", item, indent)


def _member(prefix: str, value: object, indent: int) -> Iterator[str]:
    """The lines of one member: behind its key or dash where it fits there, else below."""
    line = _inline_if_flat(value)
    if isinstance(value, str):
        first, *rest = _lines(value)
        yield f"{prefix} {first}"
        yield from (" " * (indent + 2) + line if line else "" for line in rest)
    elif line is not None and (not value or not _is_collection(value) or len(prefix) + len(line) < _WIDTH):
        yield f"{prefix} {line}"
    else:
        first, *rest = _block(value, indent + 2)
        if prefix.endswith("-"):  # the first member of a list's member follows its dash
            yield f"{prefix} {first[indent + 2 :]}"
        else:
            yield prefix
            yield first
        yield from rest


def _inline_if_flat(value: object) -> str | None:
    """`inline(value)`, or None where it holds collections or lines, better shown below one another."""
    members = list(value.values()) if isinstance(value, Mapping) else value
    if isinstance(members, list | tuple):
        flat = not any(_is_collection(item) or _has_lines(item) for item in members)
    else:
        flat = not _has_lines(value)
    return inline(value) if flat else None


def _has_lines(value: object) -> bool:
    return isinstance(value, str) and "\n" in value


def _lines(text: str) -> list[str]:
    """A string as it stands behind a key: a literal block where it has lines and survives as one."""
    from ledger.model.formats.yaml12 import strings

    literal = strings.literal(text) if "\n" in text else None
    return literal or [strings.one_line(text, flow=False)]


def _key(key: object, *, flow: bool) -> str:
    text = _scalar_text(key, flow=flow)
    if len(text) > 1000:  # a longer one needs the `? key` form, which people cannot read
        raise YamlError(f"the key {text[:40]}… is too long")
    return text


def _scalar_text(value: object, *, flow: bool) -> str:
    if isinstance(value, str):
        # its patterns are many, and an edit that sets a number needs none of them
        from ledger.model.formats.yaml12 import strings

        return strings.one_line(value, flow=flow)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        if isinstance(value, int):
            return int.__repr__(value)
    except ValueError as error:  # Python's limit on digits
        raise YamlError("the number is too long") from error
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise YamlError(f"{type(value).__name__} cannot be written as YAML")


def _float_text(value: float) -> str:
    text = float.__repr__(value)
    if text.lstrip("-") in ("inf", "nan"):
        return text.replace("inf", ".inf").replace("nan", ".nan")
    mantissa, exponent_sign, exponent = text.partition("e")
    # YAML 1.1 takes 1e-05 for a string: its numbers need the point
    return text if not exponent_sign or "." in mantissa else f"{mantissa}.0e{exponent}"
