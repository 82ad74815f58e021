"""The values of canonical YAML, each on one line: scalars as the writer writes them, and collections of scalars.

`canonical.py` reads the lines; what stands behind a key or a dash is read here. Whatever is not surely what the writer
would write is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ledger.model.formats.yaml12.scalars import scalar
from ledger.model.patterns import pattern

SCALAR, COLLECTION, LITERAL = range(3)
"""What a value is; of a literal block it is the header alone that stands on the line."""

MAX_KEY: Final = 200
QUOTED: Final = r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*\""""

_PLAIN_START = pattern(r"""[^-?:,\[\]{}#&*!|>'"%@`\s]|--?[^-\W]|-\.inf$""")
_NOT_PLAIN = pattern(r"[\s:]$|:\s|\s#|\s\s")
_FLOW_INDICATOR = pattern(r"[,?\[\]{}]")
# what nearly all scalars are, and what is plain wherever it stands: a word (1), a hash that begins with digits (2), an
# integer (3), a decimal fraction
_COMMON = pattern(
    r"([A-Za-z][A-Za-z0-9_./+-]*)|([1-9][0-9]*[a-df-z][a-z0-9]*)|(0|-?[1-9][0-9]{0,17})"
    r"|-?[0-9]+\.[0-9]+(?:e[-+][0-9]+)?"
)

_MEMBER = pattern(rf"({QUOTED}|[^'\",\[\]{{}}][^,\[\]{{}}]*)(?:, (?=\S)|$)")
_PAIR = pattern(rf"({QUOTED}|[^'\",\[\]{{}}:][^,\[\]{{}}]*?): ({QUOTED}|[^'\",\[\]{{}}][^,\[\]{{}}]*)(?:, (?=\S)|$)")
_ESCAPE = pattern(r'\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([0abtnre"\\]))')
_ESCAPED: Final = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}

members: dict[str, object] = {}
"""The keys of inline mappings that were met, with what they mean: whoever reads keeps it from growing."""


class NotCanonical(Exception):
    """The text is not as the writer writes, or may not be: the full reader has to read it."""


def value_on(text: str) -> tuple[int, object]:
    """What the rest of a line is (`SCALAR`, `COLLECTION`, `LITERAL`), and its value. Raises NotCanonical."""
    first = text[0]
    if first in "{[":
        return COLLECTION, _inline(text)
    if first in "'\"":
        return SCALAR, quoted(text)
    if first == "|":
        if text not in ("|", "|-", "|+"):
            raise NotCanonical
        return LITERAL, text
    match = _COMMON.fullmatch(text)
    if match is not None:
        return SCALAR, _common(match)
    if not is_plain(text):
        raise NotCanonical
    return SCALAR, meaning(text)


def _common(match: re.Match[str]) -> object:
    """The same as `meaning`, found in a third of the time."""
    text, kind = match[0], match.lastindex
    if kind is None:
        return float(text)
    if kind == 3:
        return int(text)
    return text if kind == 2 else scalar(text)


def is_plain(text: str) -> bool:
    """Whether a scalar without quotes is written so, and can be read as nothing else."""
    return _PLAIN_START.match(text) is not None and _NOT_PLAIN.search(text) is None


def meaning(text: str) -> object:
    """The value of a plain scalar. Raises NotCanonical for a merge key and the end of a document."""
    if text == "<<" or text.startswith("..."):
        raise NotCanonical
    return scalar(text)


def quoted(text: str) -> str:
    """The text between quotes. Raises NotCanonical where they do not match, or an escape is unknown."""
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
        known = members.get(key, members)
        if known is members:
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
    if len(key) > MAX_KEY:
        raise NotCanonical
    known = members.get(key, members)
    if known is members:
        known = members[key] = _member(key)
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
        return quoted(text)
    if not is_plain(text) or _FLOW_INDICATOR.search(text) is not None:
        raise NotCanonical
    return meaning(text)
