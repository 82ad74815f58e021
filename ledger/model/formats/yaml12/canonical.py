"""A fast reader of what `yaml12` itself writes; whatever else it meets, it refuses, and the full reader decides.

A ledger reads tens of thousands of records that it has written, and libyaml's events cost a millisecond each. The
writer's lines are few in kind: `key: scalar`, `key: {inline}`, `key:` above an indented block, `- member`, and literal
blocks. Anything that could be read otherwise than as one of these is refused: comments, tabs, text over several lines,
keys given twice, anchors, tags, documents.
"""

from __future__ import annotations

from typing import Any, Final

from ledger.model.formats.yaml12.canonical_values import (
    COLLECTION,
    LITERAL,
    MAX_KEY,
    QUOTED,
    SCALAR,
    NotCanonical,
    is_plain,
    meaning,
    members,
    quoted,
    value_on,
)
from ledger.model.formats.yaml12.scalars import YamlError
from ledger.model.patterns import pattern

__all__ = ["MAX_DEPTH", "NotCanonical", "loads"]

# as the writer's own (`strings.py`): control characters, line breaks but \n, bidirectional controls, surrogates
_FOREIGN = pattern(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
# a line that begins with a simple key, and what stands behind its colon
_SIMPLE = pattern(r"( *)([A-Za-z_][A-Za-z0-9_.-]{0,99}):(?: (?! )(.+))?")
_QUOTED_KEY = pattern(rf"({QUOTED}):(?: (?=\S)|$)")

MAX_DEPTH: Final = 24
"""Levels of nesting that are read at most."""

_MAX_INDENT: Final = 2 * (MAX_DEPTH - 2)  # a level is two columns, and the innermost may stand on one line
_REMEMBERED: Final = 20_000

_BLOCK, _DASH = 3, 4  # what a line has in the place of a value: a block below it, or a member of a list

# a line as (indent, key, kind, value): most lines of a record stand in thousands of others as well
_Line = tuple[int, Any, int, Any]
_lines: dict[str, _Line] = {}
_keys: dict[str, object] = {}


def loads(text: str) -> dict[object, object]:
    """The mapping that `text` holds, exactly as the full reader would give it. Raises NotCanonical."""
    if _FOREIGN.search(text) is not None:
        raise NotCanonical
    lines = text.split("\n")
    if lines.pop():
        raise NotCanonical
    start = 0
    while start < len(lines) and not lines[start]:
        start += 1
    if start == len(lines):
        raise NotCanonical
    for remembered in (_lines, _keys, members):
        if len(remembered) > _REMEMBERED:
            remembered.clear()
    try:
        value, end = _mapping(lines, start, 0)
    except (YamlError, RecursionError):
        # the full reader says what is wrong
        raise NotCanonical from None
    if end != len(lines):
        raise NotCanonical
    return value


def _mapping(lines: list[str], at: int, indent: int) -> tuple[dict[object, object], int]:
    """The mapping whose keys stand at `indent` from line `at` on, and the line behind it."""
    result: dict[object, object] = {}
    count = len(lines)
    while at < count:
        line = lines[at]
        found = _lines.get(line)
        if found is None:
            found = _lines[line] = _split(line)
        column, key, kind, value = found
        if column != indent:
            if column < indent:
                break
            raise NotCanonical
        if key in result or kind == _DASH:
            raise NotCanonical
        at += 1
        if kind == SCALAR:
            result[key] = value
        elif kind == COLLECTION:
            result[key] = value.copy()
        elif kind == _BLOCK:
            result[key], at = _below(lines, at, indent + 2)
        else:
            result[key], at = _literal(lines, at, indent + 2, value)
    if not result:
        raise NotCanonical
    return result, at


def _below(lines: list[str], at: int, indent: int) -> tuple[object, int]:
    if at == len(lines) or indent > _MAX_INDENT:
        raise NotCanonical
    if lines[at].startswith("- ", indent) and not lines[at][:indent].strip(" "):
        return _sequence(lines, at, indent)
    return _mapping(lines, at, indent)


def _sequence(lines: list[str], at: int, indent: int) -> tuple[list[object], int]:
    """The list whose dashes stand at `indent` from line `at` on, and the line behind it."""
    result: list[object] = []
    lead = " " * indent + "- "
    if indent > _MAX_INDENT:
        raise NotCanonical
    while at < len(lines) and lines[at].startswith(lead):
        rest = lines[at][indent + 2 :]
        if not rest or rest[0] == " ":
            raise NotCanonical
        value: object
        if rest.startswith("- ") or _key_and_rest(rest) is not None:
            # its first member stands behind the dash: the same as if it stood below
            lines[at] = " " * (indent + 2) + rest
            value, at = _below(lines, at, indent + 2)
        else:
            at += 1
            kind, value = value_on(rest)
            if kind == LITERAL:
                value, at = _literal(lines, at, indent + 2, str(value))
        result.append(value)
    if at < len(lines) and len(lines[at]) - len(lines[at].lstrip(" ")) >= indent:
        raise NotCanonical
    return result, at


def _literal(lines: list[str], at: int, indent: int, header: str) -> tuple[str, int]:
    """The text of a `|` block whose lines stand at `indent`, and the line behind it."""
    lead = " " * indent
    if at == len(lines) or not lines[at].startswith(lead) or lines[at][indent : indent + 1] in ("", " "):
        raise NotCanonical
    body: list[str] = []
    while at < len(lines) and (not lines[at] or lines[at].startswith(lead)):
        if lines[at] and not lines[at].strip(" "):
            raise NotCanonical
        body.append(lines[at][indent:])
        at += 1
    empty = 0
    while not body[-1]:
        body.pop()
        empty += 1
    ending = {"|": 1, "|-": 0}.get(header, 1 + empty)
    return "\n".join(body) + "\n" * ending, at


def _split(line: str) -> _Line:
    simple = _SIMPLE.fullmatch(line)
    if simple is not None:
        lead, name, rest = simple.groups()
        if name not in _keys:
            _keys[name] = meaning(name)
        return len(lead), _keys[name], *(value_on(rest) if rest else (_BLOCK, None))
    stripped = line.lstrip(" ")
    indent = len(line) - len(stripped)
    if stripped.startswith("- "):
        return indent, None, _DASH, None
    found = _key_and_rest(stripped)
    if found is None:
        raise NotCanonical
    key, rest = found
    if not rest:
        return indent, key, _BLOCK, None
    return indent, key, *value_on(rest)


def _key_and_rest(text: str) -> tuple[object, str] | None:
    """The key that `text` begins with and what stands behind its colon; None where it begins with none."""
    if text[:1] in ("'", '"'):
        match = _QUOTED_KEY.match(text)
        if match is None:
            return None
        name, rest = match[1], text[match.end() :]
    else:
        name, colon, rest = text.partition(": ")
        if colon and (not rest or rest[0] == " "):
            raise NotCanonical
        if not colon:
            if not text.endswith(":"):
                return None
            name = text[:-1]
    if name not in _keys:
        if len(name) > MAX_KEY:
            raise NotCanonical
        if text[:1] not in ("'", '"') and not is_plain(name):
            # `[a: b]` begins with no key
            return None
        _keys[name] = quoted(name) if text[:1] in ("'", '"') else meaning(name)
    return _keys[name], rest
