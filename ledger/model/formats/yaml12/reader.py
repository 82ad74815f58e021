"""The reading half of `yaml12`: from libyaml's events to plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import yaml

from ledger.model.formats.yaml12.scalars import TAG, TAGGED, YamlError, scalar

_Parser: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_DEPTH: Final = 200
"""Levels of nesting that `loads` accepts: more than a parameter file has, less than Python's stack."""

_MAX_MEMBERS = 1_000_000  # with aliases written out: a few lines of them can mean more than any memory holds


def loads(text: str) -> object:
    """The one document in `text`, None if it is empty; anchors and merge keys work: for one's own files."""
    return _build(text, trusted=True, max_depth=MAX_DEPTH)


def loads_untrusted(text: str, *, max_bytes: int = 1_000_000, max_depth: int = 32) -> object:
    """The one document in `text`, as plain data: a `YamlError` for anchors, aliases, tags and merge keys.

    Without them the value is never larger than its text, so `max_bytes` bounds the memory as well.
    """
    if len(text) > max_bytes or (not text.isascii() and len(text.encode("utf-8", "replace")) > max_bytes):
        raise YamlError(f"larger than {max_bytes} bytes")
    return _build(text, trusted=False, max_depth=max_depth)


_MERGE: Final = object()
_NO_KEY: Final = object()


class _Frame:
    """A collection being read: `items` of a sequence, else `pairs` and the key that waits for its value."""

    __slots__ = ("anchor", "duplicate", "items", "key", "merged", "pairs", "size")

    def __init__(self, anchor: str | None, *, mapping: bool) -> None:
        self.anchor = anchor
        self.items: list[object] | None = None if mapping else []
        self.pairs: dict[object, object] = {}
        self.merged: dict[object, object] = {}
        self.key: object = _NO_KEY
        self.duplicate: YamlError | None = None
        self.size = 1

    def finish(self) -> object:
        if self.items is not None:
            return self.items
        if self.merged:  # as in ruamel, a mapping that merges another is not checked for keys given twice
            return self.merged | self.pairs
        if self.duplicate is not None:
            raise self.duplicate
        return self.pairs

    def add(self, value: object, event: yaml.Event) -> None:
        if self.items is not None:
            if value is _MERGE:
                raise _error("'<<' is only a key", event)
            self.items.append(value)
        elif self.key is _NO_KEY:
            key = tuple(value) if isinstance(value, list) else value
            try:
                known = key in self.pairs
            except TypeError as error:
                raise _error("a collection of collections cannot be a key", event) from error
            if known:
                self.duplicate = self.duplicate or _error(f"the key {str(key)!r} is there twice", event)
            self.key = key
        elif value is _MERGE:
            raise _error("'<<' is only a key", event)
        elif self.key is _MERGE:
            self._merge(value, event)
            self.key = _NO_KEY
        else:
            self.pairs[self.key] = value
            self.key = _NO_KEY

    def _merge(self, value: object, event: yaml.Event) -> None:
        if self.merged:
            raise _error("the key '<<' is there twice", event)
        for source in reversed(value) if isinstance(value, list) else (value,):  # the first one counts most
            if not isinstance(source, dict):
                raise _error("'<<' takes a mapping or a list of mappings", event)
            self.merged |= source


def _error(message: str, event: yaml.Event) -> YamlError:
    mark = event.start_mark
    return YamlError(message) if mark is None else YamlError(message, mark.line + 1, mark.column + 1)


def events(text: str) -> Iterator[yaml.Event]:
    """The parser's events, their marks in characters; whatever it finds wrong is raised as a `YamlError`."""
    at = text.find("\ufeff", 1)
    if at > 0:
        # libyaml passes over it, ruamel.yaml takes it for a letter: they would read two documents
        before = text[:at]
        raise YamlError("a byte order mark is not allowed here", before.count("\n") + 1, at - before.rfind("\n"))
    try:
        parser = _Parser(text)
        while (event := parser.get_event()) is not None:
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = " ".join(part for part in (error.context, error.problem) if part)
        if mark is None:
            raise YamlError(message) from error
        raise YamlError(message, mark.line + 1, mark.column + 1) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise YamlError(f"the character {error.character!r} is not allowed", line, column) from error
    except UnicodeEncodeError as error:
        raise YamlError("the text is not Unicode") from error


def _build(text: str, *, trusted: bool, max_depth: int) -> object:
    """The value of the one document; a loop over the parser's events, so that depth costs no stack."""
    stack: list[_Frame] = []
    anchors: dict[str, tuple[object, int]] = {}
    result: object = None
    documents = 0
    for event in events(text):
        anchor: str | None = None
        size = 1
        if isinstance(event, yaml.ScalarEvent):
            if not trusted:
                _refuse_properties(event)
            anchor = event.anchor
            value = _scalar_value(event)
            if value is _MERGE and not trusted:
                raise _error("a merge key is not allowed here", event)
        elif isinstance(event, yaml.CollectionStartEvent):
            if not trusted:
                _refuse_properties(event)
            if len(stack) >= max_depth:
                raise _error(f"nested deeper than {max_depth} levels", event)
            # from here on the anchor is this collection's, which cannot hold itself
            anchors.pop(event.anchor or "", None)
            stack.append(_frame(event))
            continue
        elif isinstance(event, yaml.CollectionEndEvent):
            frame = stack.pop()
            value, anchor, size = frame.finish(), frame.anchor, frame.size
        elif isinstance(event, yaml.AliasEvent):
            if not trusted:
                raise _error("an alias is not allowed here", event)
            if event.anchor not in anchors:
                raise _error(f"the alias *{event.anchor} has no anchor before it", event)
            value, size = anchors[event.anchor]
        else:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _error("more than one document", event)
                if event.version == (1, 1):
                    raise _error("'%YAML 1.1' is not supported", event)
            continue
        if anchor is not None:
            anchors[anchor] = (value, size)
        if stack:
            stack[-1].add(value, event)
            stack[-1].size += size
            if stack[-1].size > _MAX_MEMBERS:
                raise _error("the aliases stand for too much", event)
        elif value is _MERGE:
            raise _error("'<<' is only a key", event)
        else:
            result = value
    return result


def _frame(event: yaml.CollectionStartEvent) -> _Frame:
    mapping = isinstance(event, yaml.MappingStartEvent)
    if event.tag not in (None, "!", TAG + ("map" if mapping else "seq")):
        raise _error(f"the tag {event.tag} is not supported", event)
    return _Frame(event.anchor, mapping=mapping)


def _scalar_value(event: yaml.ScalarEvent) -> object:
    text: str = event.value
    tag: str | None = event.tag
    if event.implicit[0]:
        if text == "<<":
            return _MERGE
        try:
            return scalar(text)
        except YamlError as error:
            raise _error(error.message, event) from error
    if tag is None:
        return text
    if tag == "!":
        # of nothing at all it makes no text
        return text or None
    construct = TAGGED.get(tag.removeprefix(TAG)) if tag.startswith(TAG) else None
    if construct is None:
        raise _error(f"the tag {tag} is not supported", event)
    try:
        return construct(text)
    except (ValueError, OverflowError, IndexError) as error:
        raise _error(f"{text[:40]!r} is not a value of {tag}", event) from error


def _refuse_properties(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
    if event.anchor is not None:
        raise _error("an anchor is not allowed here", event)
    if event.tag is not None:
        raise _error("a tag is not allowed here", event)
