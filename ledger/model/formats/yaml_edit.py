"""An edit of a YAML text: the parser's events say where each value stands, and its own characters are replaced."""

from __future__ import annotations

import re
from typing import Final, cast

import yaml

from ledger.model.formats import yaml12
from ledger.model.formats.format import Path, at, replace
from ledger.model.formats.yaml12 import writer

_MERGE: Final = object()
_NO_KEY: Final = object()
_BLOCK_HEADER: Final = r"(?:[&!]\S*[ \t]+)*[|>]\S*([ \t]+#[^\r\n]*)?"


class _Node:
    """A value's characters in the text, and its members'."""

    __slots__ = ("anchor", "column", "end", "key_end", "members", "merge", "start", "style", "target", "value")

    def __init__(self, start: int, end: int, *, style: str, anchor: str | None = None, column: int = 0) -> None:
        self.start = start
        self.end = end
        self.style = style  # a quote or `|` or `>`, a bracket, `*` for an alias, or empty
        self.anchor = anchor
        self.column = column
        self.members: dict[object, _Node] = {}
        self.key_end: int | None = None
        self.value: object = None
        self.target: _Node | None = None
        self.merge: _Node | None = None


def edit(text: str, where: Path, changed: object) -> str:
    """The text with the value at a place as it is in `changed`; aliases of what is replaced keep their value."""
    if text.startswith("\ufeff"):  # the parser's positions do not count it
        return text[0] + edit(text[1:], where, changed)
    root, aliases = _nodes(text)
    node = root
    for depth, key in enumerate(where, start=1):
        value = at(changed, where[:depth])
        if key not in node.members and node.merge is not None:
            return replace(text, [_override(text, node, key, value)])
        node = node.members[key]
        if node.style == "*":  # what others share is written out for this key alone
            return replace(text, [(node.start, node.end, writer.inline(value))])
    users = [alias for alias in aliases if alias.target is node]
    new = _like(node, at(changed, where))
    if node.anchor is not None and not users:
        new = f"&{node.anchor} {new}"
    edits = _put(text, node, new)
    if users:  # the first of them takes the old value over, for the others to follow
        old = text[node.start : node.end]
        if node.style in ("|", ">") or "\n" in old:
            old = f"&{node.anchor} {writer.inline(at(yaml12.loads(text), where))}"
        edits.append((users[0].start, users[0].end, old))
    return replace(text, edits)


def _put(text: str, node: _Node, new: str) -> list[tuple[int, int, str]]:
    """The edits that put `new` in the place of `node`'s value."""
    if node.start == node.end:
        before = text[: node.start].rstrip(" \t")
        colon = "" if before.endswith((":", "-", "?")) else ":"
        return [(len(before), len(before), f"{colon} {new}")]
    if node.style in ("|", ">"):
        header = re.compile(_BLOCK_HEADER).match(text, node.start)
        return [(node.start, node.end, new + (header[1] or "" if header else ""))]
    gap = "" if node.key_end is None else text[node.key_end : node.start]
    if node.style == "block" and "\n" in gap and node.key_end is not None:
        # the value moves up behind its key; comments between them stay
        colon_end = node.key_end + gap.index(":") + 1
        line_end = node.key_end + len(gap.rstrip(" \t").removesuffix("\n").removesuffix("\r"))
        return [(colon_end, colon_end, f" {new}"), (line_end, node.end, "")]
    return [(node.start, node.end, new)]


def _like(node: _Node, value: object) -> str:
    """`value` on one line, in the quotes that the old one had."""
    new = writer.inline(value)
    if isinstance(value, str) and node.style == '"':
        from ledger.model.formats.yaml12 import strings

        return strings.double_quoted(value)
    if isinstance(value, str) and node.style == "'" and new[0] not in "\"'":
        return "'" + value.replace("'", "''") + "'"
    return new


def _override(text: str, node: _Node, key: object, value: object) -> tuple[int, int, str]:
    """The edit that adds a key of `node`'s own behind its merge key, whose value it then replaces."""
    merge = cast("_Node", node.merge)
    entry = f"{writer.inline(key)}: {writer.inline(value)}"
    if node.style == "{":
        return merge.end, merge.end, f", {entry}"
    match = re.compile(r"[^\r\n]*").match(text, merge.end)
    line_end = match.end() if match else len(text)
    return line_end, line_end, ("\r\n" if "\r\n" in text else "\n") + " " * merge.column + entry


def _nodes(text: str) -> tuple[_Node, list[_Node]]:
    """The root of the document, and its aliases in order."""
    stack = [_Node(0, 0, style="block")]
    stack[0].value = []
    keys: list[_Node | None] = [None]  # for each open collection: the key that waits for its value
    anchors: dict[str, _Node] = {}
    aliases: list[_Node] = []

    def close(node: _Node) -> None:
        """Give `node` to the collection that it stands in."""
        parent, key = stack[-1], keys[-1]
        parent.end = max(parent.end, node.end) if parent.style == "block" else parent.end
        if isinstance(parent.value, list):
            parent.members[len(parent.members)] = node
        elif key is None:
            keys[-1] = node
        else:
            keys[-1] = None
            if key.value is _MERGE:
                parent.merge, node.column = node, key.column
                return
            node.key_end = key.end
            source = key.target or key
            parent.members[_NO_KEY if source.style in ("block", "{", "[") else source.value] = node

    for event in yaml12.events(text):
        if isinstance(event, yaml.AliasEvent):
            node = _node(text, event, "*")
            node.target = anchors.get(event.anchor or "")
            aliases.append(node)
            close(node)
        elif isinstance(event, yaml.ScalarEvent):
            node = _node(text, event, event.style or "")
            node.value = event.value
            if event.implicit[0]:
                node.value = _MERGE if event.value == "<<" else yaml12.scalar(event.value)
            if event.anchor is not None:
                anchors[event.anchor] = node
            close(node)
        elif isinstance(event, yaml.CollectionStartEvent):
            mapping = isinstance(event, yaml.MappingStartEvent)
            node = _node(text, event, ("{" if mapping else "[") if event.flow_style else "block")
            node.value = {} if mapping else []
            if event.anchor is not None:
                anchors[event.anchor] = node
            stack.append(node)
            keys.append(None)
        elif isinstance(event, yaml.CollectionEndEvent):
            node = stack.pop()
            keys.pop()
            if node.style != "block" and event.end_mark is not None:
                node.end = event.end_mark.index
            close(node)
    return stack[0].members[0], aliases


def _node(text: str, event: yaml.Event, style: str) -> _Node:
    if event.start_mark is None or event.end_mark is None:
        raise ValueError("no position")
    start, end = event.start_mark.index, event.end_mark.index
    if style in ("|", ">"):  # the parser counts the empty lines behind it in
        end = start + len(text[start:end].rstrip())
    anchor = getattr(event, "anchor", None)
    return _Node(start, end, style=style, anchor=anchor, column=event.start_mark.column)
