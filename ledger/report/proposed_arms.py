"""Configurations as one `ledger new` that can be pasted into a shell: an arm for each."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from ledger.errors import LedgerError
from ledger.model.formats import yaml12
from ledger.model.parameters import Value, identical
from ledger.model.typed_values import format_value, parse_assignment, split_list
from ledger.report.text import harmless


def command(title: str, arms: Sequence[tuple[str, Mapping[str, Value]]], *, start: str | None = None) -> str | None:
    """`ledger new` with a `--variant` a line, for a POSIX shell; None where a value or a name cannot be typed there.

    `start`: what it forks from, None for HEAD.
    """
    lines = [f"ledger new {shlex.quote(title)}" + ("" if start is None else f" --from {shlex.quote(start)}")]
    for name, params in arms:
        parts = [part(key, value) for key, value in params.items()]
        if not parts or any(each is None for each in parts):
            return None
        lines.append(f"  --variant {shlex.quote(f'{name}:' + ','.join(map(str, parts)))}")
    text = " \\\n".join(lines)
    # what no terminal shows would be lost where it is copied
    return text if harmless(text) == text else None


def part(key: str, value: Value) -> str | None:
    """`KEY=VALUE` as it stands between the commas of `--variant`; None where nothing there would be read as it."""
    texts = [format_value(value)]
    if isinstance(value, str):
        # of `a,b` the comma would end the part
        texts.append(yaml12.inline(value) if yaml12.inline(value)[:1] == '"' else f'"{value}"')
    return next((f"{key}={text}" for text in texts if _is_read(f"{key}={text}", key, value)), None)


def _is_read(text: str, key: str, value: Value) -> bool:
    # beside others, where an open quote or bracket would take them too
    if key.startswith("@") or split_list(f"a=1,{text},b=2") != ["a=1", text, "b=2"]:
        return False
    try:
        name, read = parse_assignment(text)
    except LedgerError:
        return False
    return name == key and identical(read, value)
