"""Wildcards in the `params:` of a stage, as DVC reads them (dpath): `l*`, `train.*`, one name between two dots each.

DVC pins what they stand for under the wildcard itself; records and comparisons name the parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from ledger.model.parameters import Value, flatten


def covers(pattern: str, key: str) -> bool:
    """Whether a dotted key is what a pattern stands for, or lies in it, or holds it."""
    if not is_glob(pattern):
        return key == pattern or key.startswith(f"{pattern}.") or pattern.startswith(f"{key}.")
    if "**" in pattern:
        return fnmatchcase(key, pattern.replace("**", "*"))
    # what is longer goes on below the other
    return all(fnmatchcase(part, own) for own, part in zip(pattern.split("."), key.split("."), strict=False))


def named(pinned: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Value]:
    """The values that a lock pins of a parameter file, flat, by the names that they have in the file."""
    found: dict[str, Any] = {}
    for name, value in pinned.items():
        if not is_glob(name) or name in document:
            found[name] = value
            continue
        paths = [path for path in _paths(document) if _is(name, path)]
        # DVC takes a wildcard for one parameter alone
        found[paths[0] if len(paths) == 1 else name] = value
    return flatten(found)


def is_glob(name: str) -> bool:
    """Whether a name has wildcards in it."""
    return any(mark in name for mark in "*?[")


def _is(pattern: str, path: str) -> bool:
    return path.count(".") == pattern.count(".") and covers(pattern, path)


def _paths(tree: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key, value in tree.items():
        yield f"{above}{key}"
        if isinstance(value, Mapping):
            yield from _paths(value, f"{above}{key}.")
