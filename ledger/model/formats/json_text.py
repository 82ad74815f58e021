"""JSON parameter files: an edit replaces the value's own characters."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Final

from ledger.model.formats.format import Path, Unreadable, at, replace

_DECODER: Final = json.JSONDecoder()
_SPACE: Final = re.compile(r"[ \t\r\n]*")


def read(text: str) -> object:
    """The value; None for an empty text."""
    try:
        return json.loads(text) if text.strip() else None
    except json.JSONDecodeError as error:
        raise Unreadable(error.msg, error.lineno, error.colno) from error


def edit(text: str, where: Path, changed: object) -> str:
    """The text with the value at a place as it is in `changed`."""
    node = _node(text, _skip(text, 0))
    for key in where:
        node = node.members[key]
    return replace(text, [(node.start, node.end, json.dumps(at(changed, where), ensure_ascii=False))])


@dataclass(slots=True, kw_only=True)
class _Node:
    """A value's characters in the text, and its members'."""

    start: int
    end: int
    members: dict[object, _Node] = field(default_factory=dict)


def _node(text: str, start: int) -> _Node:
    """The value that begins at `start` in a text that is known to be JSON."""
    opening = text[start]
    if opening not in "{[":
        return _Node(start=start, end=_DECODER.raw_decode(text, start)[1])
    node = _Node(start=start, end=start)
    position = _skip(text, start + 1)
    while text[position] not in "}]":
        key: object = len(node.members)
        if opening == "{":
            key, position = _DECODER.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        node.members[key] = member = _node(text, position)
        position = _skip(text, member.end)
        if text[position] == ",":
            position = _skip(text, position + 1)
    node.end = position + 1
    return node


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
