"""YAML as DVC reads it (ruamel.yaml's YAML 1.2), at the speed of libyaml.

PyYAML parses into events, and the values are built here from the events: PyYAML's own resolvers know only
YAML 1.1, where `1e-3` is a string and `yes` is true, so values would differ between the pipeline and its
record. What is written reads back the same under YAML 1.1 and 1.2. Texts that are as the writer writes them, which
most records are, have a reader of their own (`canonical.py`). Each part is loaded by the first text that needs it:
where the index answers, none is.

Refused: custom tags, recursive structures, and files that declare `%YAML 1.1`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ledger.model.formats.yaml12.scalars import YamlError, scalar

if TYPE_CHECKING:
    import yaml

__all__ = ["YamlError", "dumps", "events", "inline", "loads", "loads_untrusted", "scalar"]


def loads(text: str) -> object:
    """The one document in `text`, None if it is empty; anchors and merge keys work: for one's own files."""
    from ledger.model.formats.yaml12 import canonical

    try:
        return canonical.loads(text)
    except canonical.NotCanonical:
        from ledger.model.formats.yaml12 import reader

        return reader.loads(text)


def loads_untrusted(text: str, *, max_bytes: int = 1_000_000, max_depth: int = 32) -> object:
    """The one document in `text`, as plain data: a `YamlError` for anchors, aliases, tags and merge keys.

    Without them the value is never larger than its text, so `max_bytes` bounds the memory as well.
    """
    from ledger.model.formats.yaml12 import canonical

    # four bytes a character at most
    if max_depth >= canonical.MAX_DEPTH and len(text) * 4 <= max_bytes:
        try:
            return canonical.loads(text)
        except canonical.NotCanonical:
            pass
    from ledger.model.formats.yaml12 import reader

    return reader.loads_untrusted(text, max_bytes=max_bytes, max_depth=max_depth)


def events(text: str) -> Iterator[yaml.Event]:
    """The parser's events, their marks in characters; whatever it finds wrong is raised as a `YamlError`."""
    from ledger.model.formats.yaml12 import reader

    return reader.events(text)


def dumps(value: object) -> str:
    """The YAML document of mappings, lists, tuples (as lists) and scalars, in insertion order.

    A collection of scalars stands on one line where that has at most 100 columns; it ends in a newline. A
    `YamlError` for other types.
    """
    from ledger.model.formats.yaml12 import writer

    return writer.dumps(value)


def inline(value: object) -> str:
    """`value` on one line, as it may stand anywhere in a document: `{a: [1, 2], b: ''}`."""
    from ledger.model.formats.yaml12 import writer

    return writer.inline(value)
