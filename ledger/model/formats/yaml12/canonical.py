"""A fast reader of what `yaml12` itself writes; whatever else it meets, it refuses, and the full reader decides.

A ledger reads tens of thousands of records that it has written, and libyaml's events cost a millisecond each. The
writer's lines are few in kind: `key: scalar`, `key: {inline}`, `key:` above an indented block, `- member`, and literal
blocks. Anything that could be read otherwise than as one of these is refused: comments, tabs, text over several lines,
keys given twice, anchors, tags, documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ledger.model.formats.yaml12.scalars import YamlError, scalar

# as the writer's own (`strings.py`): control characters, line breaks but \n, bidirectional controls, surrogates
_FOREIGN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_PLAIN_START = re.compile(r"""[^-?:,\[\]{}#&*!|>'"%@`\s]|--?[^-\W]|-\.inf$""")
_NOT_PLAIN = re.compile(r"[\s:]$|:\s|\s#|\s\s")
_FLOW_INDICATOR = re.compile(r"[,?\[\]{}]")
# what nearly all scalars are, and what is plain wherever it stands: a word (1), a hash that begins with digits (2), an
# integer (3), a decimal fraction
_COMMON = re.compile(
    r"([A-Za-z][A-Za-z0-9_./+-]*)|([1-9][0-9]*[a-df-z][a-z0-9]*)|(0|-?[1-9][0-9]{0,17})"
    r"|-?[0-9]+\.[0-9]+(?:e[-+][0-9]+)?"
)
# a line that begins with a simple key, and what stands behind its colon
_SIMPLE = re.compile(r"( *)([A-Za-z_][A-Za-z0-9_.-]{0,99}):(?: (?! )(.+))?")
_QUOTED = r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*\""""
_QUOTED_KEY = re.compile(rf"({_QUOTED}):(?: (?=\S)|$)")
_MEMBER = re.compile(rf"({_QUOTED}|[^'\",\[\]{{}}][^,\[\]{{}}]*)(?:, (?=\S)|$)")
_PAIR = re.compile(
    rf"({_QUOTED}|[^'\",\[\]{{}}:][^,\[\]{{}}]*?): ({_QUOTED}|[^'\",\[\]{{}}][^,\[\]{{}}]*)(?:, (?=\S)|$)"
)
_ESCAPE = re.compile(r'\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([0abtnre"\\]))')
_ESCAPED: Final = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}

MAX_DEPTH: Final = 24
"""Levels of nesting that are read at most."""

_MAX_INDENT: Final = 2 * (MAX_DEPTH - 2)  # a level is two columns, and the innermost may stand on one line
_MAX_KEY: Final = 200
_REMEMBERED: Final = 20_000

_SCALAR, _COLLECTION, _LITERAL, _BLOCK, _DASH = range(5)

# a line as (indent, key, kind, value): most lines of a record stand in thousands of others as well
_Line = tuple[int, Any, int, Any]
_lines: dict[str, _Line] = {}
_keys: dict[str, object] = {}
_members: dict[str, object] = {}


class NotCanonical(Exception):
    """The text is not as the writer writes, or may not be: the full reader has to read it."""


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
    for remembered in (_lines, _keys, _members):
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
        if kind == _SCALAR:
            result[key] = value
        elif kind == _COLLECTION:
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
            kind, value = _value(rest)
            if kind == _LITERAL:
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
            _keys[name] = _meaning(name)
        return len(lead), _keys[name], *(_value(rest) if rest else (_BLOCK, None))
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
    return indent, key, *_value(rest)


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
        if len(name) > _MAX_KEY:
            raise NotCanonical
        if text[:1] not in ("'", '"') and not _is_plain(name):
            # `[a: b]` begins with no key
            return None
        _keys[name] = _quoted(name) if text[:1] in ("'", '"') else _meaning(name)
    return _keys[name], rest


def _value(text: str) -> tuple[int, object]:
    first = text[0]
    if first in "{[":
        return _COLLECTION, _inline(text)
    if first in "'\"":
        return _SCALAR, _quoted(text)
    if first == "|":
        if text not in ("|", "|-", "|+"):
            raise NotCanonical
        return _LITERAL, text
    match = _COMMON.fullmatch(text)
    if match is not None:
        return _SCALAR, _common(match)
    if not _is_plain(text):
        raise NotCanonical
    return _SCALAR, _meaning(text)


def _common(match: re.Match[str]) -> object:
    """The same as `_meaning`, found in a third of the time."""
    text, kind = match[0], match.lastindex
    if kind is None:
        return float(text)
    if kind == 3:
        return int(text)
    return text if kind == 2 else scalar(text)


def _is_plain(text: str) -> bool:
    return _PLAIN_START.match(text) is not None and _NOT_PLAIN.search(text) is None


def _meaning(text: str) -> object:
    if text == "<<" or text.startswith("..."):
        raise NotCanonical
    return scalar(text)


def _quoted(text: str) -> str:
    body = text[1:-1]
    if len(text) < 2 or text[-1] != text[0]:
        raise NotCanonical
    if text[0] == "'":
        if "'" in body.replace("''", ""):
            raise NotCanonical
        return body.replace("''", "'")
    if '"' in _ESCAPE.sub("", body) or "\\" in _ESCAPE.sub("", body):
        raise NotCanonical
    return _ESCAPE.sub(_unescaped, body)


def _unescaped(match: re.Match[str]) -> str:
    if match[3] is not None:
        return _ESCAPED[match[3]]
    code = int(match[1] or match[2], 16)
    if 0xD800 <= code < 0xE000:
        raise NotCanonical
    return chr(code)


def _inline(text: str) -> dict[object, object] | list[object]:
    """A collection of scalars on one line."""
    body = text[1:-1]
    if len(text) < 2 or text[-1] != ("}" if text[0] == "{" else "]") or body.endswith(", "):
        raise NotCanonical
    if text[0] == "[":
        return [_member(match[1]) for match in _each(_MEMBER, body)]
    if "'" not in body and '"' not in body:
        return _plain_pairs(body)
    pairs: dict[object, object] = {}
    for match in _each(_PAIR, body):
        _put(pairs, match[1], match[2])
    return pairs


def _plain_pairs(body: str) -> dict[object, object]:
    """The same as the pattern finds, where there are no quotes."""
    pairs: dict[object, object] = {}
    for pair in body.split(", ") if body else ():
        key, colon, value = pair.partition(": ")
        if not colon:
            raise NotCanonical
        known = _members.get(key, _members)
        if known is _members:
            _put(pairs, key, value)
        elif known in pairs:
            raise NotCanonical
        else:
            match = _COMMON.fullmatch(value)
            pairs[known] = _member(value) if match is None else _common(match)
    return pairs


def _each(pattern: re.Pattern[str], body: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(body):
        match = pattern.match(body, at)
        if match is None:
            raise NotCanonical
        yield match
        at = match.end()


def _put(pairs: dict[object, object], key: str, value: str) -> None:
    if len(key) > _MAX_KEY:
        raise NotCanonical
    known = _members.get(key, _members)
    if known is _members:
        known = _members[key] = _member(key)
    if known in pairs:
        raise NotCanonical
    pairs[known] = _member(value)


def _member(text: str) -> object:
    match = _COMMON.fullmatch(text)
    if match is not None:
        return _common(match)
    if not text:
        raise NotCanonical
    if text[0] in "'\"":
        return _quoted(text)
    if not _is_plain(text) or _FLOW_INDICATOR.search(text) is not None:
        raise NotCanonical
    return _meaning(text)
