"""Wildcards in the `params:` of a stage, as DVC reads them (dpath): `l*`, `train.*`, one name between two dots each.

`**` is any number of names, none too, and may stand once. DVC pins what they stand for under the wildcard itself;
records and comparisons name the parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from ledger.model.parameters import Value, flatten

_ANY = "**"


def covers(pattern: str, key: str) -> bool:
    """Whether a dotted key is what a pattern stands for, or lies in it, or holds it."""
    if not is_glob(pattern):
        return key == pattern or key.startswith(f"{pattern}.") or pattern.startswith(f"{key}.")
    parts, names = pattern.split("."), key.split(".")
    if any(_is(parts, names[:end]) for end in range(1, len(names) + 1)):
        return True
    if _ANY in parts:
        # a place in a list, which no key names
        return any(part.isdigit() and _is(parts[:at], names) for at, part in enumerate(parts))
    # what is longer goes on below the other
    return len(names) < len(parts) and _is(parts[: len(names)], names)


def named(pinned: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Value]:
    """The values that a lock pins of a parameter file, flat, by the names that they have in the file."""
    found: dict[str, Any] = {}
    for name, value in pinned.items():
        if not is_glob(name) or name in document:
            found[name] = value
            continue
        parts = name.split(".")
        paths = [path for path in _paths(document) if _is(parts, path)]
        # DVC takes a wildcard for one parameter alone
        found[".".join(paths[0]) if len(paths) == 1 else name] = value
    return flatten(found)


def is_glob(name: str) -> bool:
    """Whether a name has wildcards in it."""
    return any(mark in name for mark in "*?[")


def _is(parts: Sequence[str], names: Sequence[str]) -> bool:
    """Whether the parts of a pattern stand for just these names, as `dpath.segments.match` has it."""
    if _ANY in parts:
        at, more = parts.index(_ANY), len(names) - len(parts) + 1
        parts = [*parts[:at], *["*"] * more, *parts[at + 1 :]]
    return len(parts) == len(names) and all(map(fnmatchcase, names, parts))


def _paths(tree: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in tree.items():
        path = (*above, str(key))
        yield path
        if isinstance(value, Mapping):
            yield from _paths(value, path)
