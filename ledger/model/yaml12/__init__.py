"""YAML as DVC reads it (ruamel.yaml's YAML 1.2), at the speed of libyaml.

PyYAML parses into events, and the values are built here from the events: PyYAML's own resolvers know only
YAML 1.1, where `1e-3` is a string and `yes` is true, so values would differ between the pipeline and its
record. What is written reads back the same under YAML 1.1 and 1.2. The writer is loaded by the first text that
is written: most commands only read.

Refused: custom tags, recursive structures, and files that declare `%YAML 1.1`.
"""

from __future__ import annotations

from ledger.model.yaml12.reader import MAX_DEPTH, events, loads, loads_untrusted
from ledger.model.yaml12.scalars import YamlError, scalar

__all__ = ["MAX_DEPTH", "YamlError", "dumps", "events", "inline", "loads", "loads_untrusted", "scalar"]


def dumps(value: object) -> str:
    """The YAML document of mappings, lists, tuples (as lists) and scalars, in insertion order.

    A collection of scalars stands on one line where that has at most 100 columns; it ends in a newline. A
    `YamlError` for other types.
    """
    from ledger.model.yaml12 import writer

    return writer.dumps(value)


def inline(value: object) -> str:
    """`value` on one line, as it may stand anywhere in a document: `{a: [1, 2], b: ''}`."""
    from ledger.model.yaml12 import writer

    return writer.inline(value)
