"""Parameters as flat dotted keys: `train.lr`. As people type them they are read in `typed_values.py`."""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias, TypeVar

Scalar: TypeAlias = str | int | float | bool | datetime.date | None
Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
"""A leaf: a scalar, a list, or a mapping that stands in a list (or is empty)."""

T = TypeVar("T")


def flatten(tree: Mapping[str, object]) -> dict[str, Value]:
    """The leaves of `tree` by dotted key, in its order: `{train: {lr: 0.1}}` gives `{"train.lr": 0.1}`.

    Lists are leaves, and so are empty mappings, so that nothing is lost. Where two leaves would have one name, as those
    of `{a.b: 1, a: {b: 2}}`, the keys that have dots themselves stand in quotes: `"a.b"` and `a.b`.
    """
    flat: dict[str, Value] = {}
    if _flatten_into(flat, tree, "") != len(flat):
        return {name: as_value(leaf) for name, (_, leaf) in _apart(tree).items()}
    return flat


def path_of(tree: Mapping[str, object], name: str) -> tuple[object, ...] | None:
    """The keys that lead to the leaf which `flatten` calls `name`; None where it calls none so."""
    found = _apart(tree).get(name)
    return None if found is None else found[0]


def unflatten(flat: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `flatten`, as far as names tell: a key with dots in it is nested mappings, unless it is quoted.

    A key whose prefix already holds a plain value stays dotted.
    """
    plain = Counter(".".join(map(_unquoted, segments(name))) for name in flat) if any('"' in n for n in flat) else {}
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        # quotes that keep nothing apart are the user's own
        parts = [_unquoted(part) for part in segments(name)] if '"' in name else name.split(".")
        *folders, last = parts if plain.get(".".join(parts), 1) > 1 else name.split(".")
        node: Any = tree
        for folder in folders:
            node = node.setdefault(folder, {})
            if not isinstance(node, dict):
                break
        if isinstance(node, dict) and not isinstance(node.get(last), dict):
            node[last] = value
        else:
            tree[name] = value
    return tree


def segments(name: str) -> list[str]:
    """The parts of a dotted name between its dots; those in quotes stay whole, quotes and all."""
    if '"' not in name:
        return name.split(".")
    return [part[0] for part in re.finditer(r'(?:(?<=\.)|\A)(?:"(?:[^"\\]|\\.)*"(?=\.|\Z)|[^.]*)', name)]


def _unquoted(segment: str) -> str:
    try:
        return str(json.loads(segment)) if segment.startswith('"') else segment
    except ValueError:
        return segment


def _apart(tree: Mapping[str, object]) -> dict[str, tuple[tuple[object, ...], object]]:
    """The leaves by name, with the keys that lead to each."""
    leaves = [([str(key) for key in path], path, leaf) for path, leaf in _leaves(tree, ())]
    count = Counter(".".join(keys) for keys, _, _ in leaves)
    return {
        name if count[name := ".".join(keys)] == 1 else ".".join(map(_quoted, keys)): (path, leaf)
        for keys, path, leaf in leaves
    }


def _leaves(tree: Mapping[str, object], above: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], object]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value


def _quoted(segment: str) -> str:
    return json.dumps(segment, ensure_ascii=False) if "." in segment else segment


# most leaves are of these very types, and a set is searched faster than a class is asked
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


def _flatten_into(flat: dict[str, Value], tree: Mapping[str, object], prefix: str) -> int:
    """How many leaves there are: more than in `flat` where some have one name."""
    count = 0
    for key, value in tree.items():
        count += 1
        if type(value) in _PLAIN:
            flat[f"{prefix}{key}"] = value  # type: ignore[assignment]
        elif isinstance(value, Mapping) and value:
            count += _flatten_into(flat, value, f"{prefix}{key}.") - 1
        else:
            flat[f"{prefix}{key}"] = as_value(value)
    return count


def as_value(value: object) -> Value:
    """`value` with tuples and sets as lists and keys as text; what is not data, as its text."""
    if value is None or isinstance(value, str | int | float | datetime.date):
        return value
    if isinstance(value, Mapping):
        return {str(key): as_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_value(item) for item in value]
    if isinstance(value, set | frozenset):
        # a set has no order of its own, and records must not differ by the run's hash seed
        return [as_value(item) for item in sorted(value, key=repr)]
    return str(value)


def identical(a: object, b: object) -> bool:
    """Whether a program that reads either reads the same: 1, 1.0 and true are three values, and NaN is itself.

    Python, and so DVC, holds the three equal, in lists too; the code that is trained may not.
    """
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(identical(value, b[key]) for key, value in a.items())
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(identical, a, b))
    return type(a) is type(b) and repr(a) == repr(b)


def merge_files(files: Mapping[str, Mapping[str, T]]) -> dict[str, T]:
    """Several files' flat parameters or metrics in one: a key that two files share becomes `file:key`."""
    if len(files) == 1:
        return dict(next(iter(files.values())))
    count = Counter(key for flat in files.values() for key in flat)
    return {
        key if count[key] == 1 else f"{file}:{key}": value
        for file, flat in files.items()
        for key, value in flat.items()
    }


def origins(files: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The file that holds each name which `merge_files` gives, of several files' keys."""
    return merge_files({file: dict.fromkeys(keys, file) for file, keys in files.items()})


def in_same_terms(a: Mapping[str, str], b: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """New names for both sides, where one thing is called `key` on the one and `file:key` on the other.

    `a` and `b` are the files that hold each name. A key that more than one file holds on either side is the same in
    the same file; what is left of it in one file on each side has been moved, and is called after its file in `b`; but
    as `key` where a side with several calls that one alone so.
    """
    sides: list[dict[str, dict[str, str]]] = [{}, {}]
    for side, names in zip(sides, (a, b), strict=True):
        for name, file in names.items():
            side.setdefault(name.removeprefix(f"{file}:"), {})[file] = name
    renamed: tuple[dict[str, str], dict[str, str]] = {}, {}
    left, right = sides
    for key in left.keys() & right.keys():
        before, after = left[key], right[key]
        if len(before) == len(after) == 1:
            continue
        pairs = [(file, file) for file in before if file in after]
        gone, come = [f for f in before if f not in after], [f for f in after if f not in before]
        pairs += [(gone[0], come[0])] if len(gone) == len(come) == 1 else []
        # of several a side may call one by the key alone, because its predictions do
        settled = [
            new
            for old, new in pairs
            if (len(before) > 1 and before[old] == key) or (len(after) > 1 and after[new] == key)
        ]
        for old, new in pairs:
            renamed[0][before[old]] = renamed[1][after[new]] = key if settled == [new] else f"{new}:{key}"
    return renamed


def renamed(values: Mapping[str, T], names: Mapping[str, str]) -> dict[str, T]:
    """The values with the names that have a new one under that."""
    return {names.get(name, name): value for name, value in values.items()}


def stand_in(value: object) -> object:
    """The one value that stands for all of its type."""
    for kind, neutral in ((bool, False), (int, 0), (float, 0.0), (str, "0")):
        if isinstance(value, kind):
            return neutral
    return value


def another(value: object) -> object:
    """Some other value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}x" if isinstance(value, str) else value
