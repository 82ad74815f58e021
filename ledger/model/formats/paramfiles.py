"""Parameter files as text: what they hold, and the same text with some values changed.

The formats are DVC's: YAML, JSON, TOML and Python, by suffix; any other is taken for YAML. An edit replaces
the value's own characters, so that comments, order and layout stay the user's; the result is read again, and
an edit that changes anything but what was asked for is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final, cast

from ledger.errors import LedgerError
from ledger.model.formats.format import Path, TextFormat, Unreadable, at
from ledger.model.listing import listed
from ledger.model.near_misses import did_you_mean
from ledger.model.parameters import Value, as_value, flatten, path_of
from ledger.model.typed_values import format_value


def parse(path: str, text: str) -> dict[str, object]:
    """The parameters in the file, nested as they stand there; `path` chooses the format.

    An empty file has none. As in DVC, keys in YAML may be numbers; `parameters.flatten` makes them text. A
    `LedgerError` with the line and column where the text cannot be read, or is not a mapping.
    """
    try:
        tree = _format(path).read(text)
    except Unreadable as error:
        raise _unreadable(path, error.message, error.line, error.column) from error
    except (RecursionError, MemoryError) as error:
        raise _unreadable(path, "nested too deep", None, None) from error
    except ValueError as error:  # a zero byte in Python code, a number with too many digits
        raise _unreadable(path, str(error), None, None) from error
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        kind = "a list" if isinstance(tree, list) else "a single value"
        raise LedgerError(f"{path} holds {kind}, not parameters by name", hint="write each as `name: value`")
    return cast("dict[str, object]", tree)


def other_reading(path: str, text: str, key: str) -> Value:
    """What YAML 1.1 takes a parameter for where that is another value: `yes` is true there, `010` eight, `1:30` ninety.

    None where there is none. A number that 1.1 takes for its own text (`1e-3`) is none either: programs make it one.
    """
    if _format(path) is not _yaml():
        return None
    from ledger.model.formats import yaml_text

    found, other = (flatten(tree).get(key) for tree in (parse(path, text), yaml_text.read_as_older(text)))
    number_as_text = isinstance(found, int | float) and isinstance(other, str)
    return None if number_as_text or _same(found, other) else other


def edit(path: str, text: str, changes: Mapping[str, Value]) -> str:
    """`text` with the values of existing dotted keys changed, all else kept byte for byte.

    List members are named `layers.0.size` or `layers[0].size`. A `LedgerError` where a key does not exist, or
    where the file cannot hold the value without another one changing too.
    """
    tree: object = parse(path, text)
    located = {_locate(path, tree, key): value for key, value in changes.items()}
    expected = tree
    for where, value in located.items():
        expected = _with(expected, where, value)
    for where, value in located.items():
        if _same(at(tree, where), value):
            continue
        intended = _with(tree, where, value)
        try:
            text = _format(path).edit(text, where, intended)
            tree = parse(path, text)
            held = _same(at(tree, where), at(intended, where))
        except (LedgerError, TypeError, ValueError, LookupError) as error:
            raise _cannot_hold(path, where, value) from error
        if not held:
            raise _cannot_hold(path, where, value)
    if _same(tree, expected):
        return text
    raise _changes_more(path, expected, tree)


# --- Formats: each module is imported when the first file of its kind is met ------------------------------


def _yaml() -> TextFormat:
    from ledger.model.formats import yaml_text

    return yaml_text


def _json() -> TextFormat:
    from ledger.model.formats import json_text

    return json_text


def _toml() -> TextFormat:
    from ledger.model.formats import toml_text

    return toml_text


def _python() -> TextFormat:
    from ledger.model.formats import python_text

    return python_text


_FORMATS: Final[dict[str, Callable[[], TextFormat]]] = {
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": _json,
    ".toml": _toml,
    ".py": _python,
}


def _format(path: str) -> TextFormat:
    return _FORMATS.get(PurePosixPath(path).suffix.lower(), _yaml)()


# --- Errors -----------------------------------------------------------------------------------------------


def _unreadable(path: str, message: str, line: int | None, column: int | None) -> LedgerError:
    place = path if line is None else f"{path}:{line}" if column is None else f"{path}:{line}:{column}"
    return LedgerError(f"{place}: {message}", hint=f"correct {path}, then try again")


def _cannot_hold(path: str, where: Path, value: object) -> LedgerError:
    key = ".".join(str(part) for part in where)
    return LedgerError(
        f"{path}: cannot set {key} to {format_value(as_value(value))}",
        hint="edit the file by hand and commit it",
    )


def _changes_more(path: str, expected: object, found: object) -> LedgerError:
    wanted, got = (flatten(cast("dict[str, object]", tree)) for tree in (expected, found))
    other = [key for key in wanted | got if key not in wanted or key not in got or not _same(wanted[key], got[key])]
    return LedgerError(
        f"{path}: the edit would also change {listed(other, 4)}",
        hint="they share a value: set them as well, or edit the file by hand",
    )


# --- Keys and values --------------------------------------------------------------------------------------


def _locate(path: str, tree: object, key: str) -> Path:
    """The one place that `key` names; a `LedgerError` where there is none, more than one, or a section."""
    found = list(_places(tree, key)) or list(_places(tree, re.sub(r"\[(\d+)\]", r".\1", key)))
    quoted = path_of(cast("dict[str, object]", tree), key) if not found and '"' in key else None
    if quoted is not None:
        return quoted
    flat = flatten(cast("dict[str, object]", tree))
    if not found:
        known = f"it has {listed(flat, 8)}" if flat else "it has no parameters"
        hint = did_you_mean(key, flat, known)
        raise LedgerError(f"{path} has no parameter {key}", hint=hint)
    if len(found) > 1:
        raise LedgerError(f"{path}: {key} appears in two spellings", hint="rename one of them")
    section = at(tree, found[0])
    if isinstance(section, Mapping) and section:
        members = [f"{key}.{below}" for below in flatten(cast("dict[str, object]", section))]
        raise LedgerError(f"{path}: {key} is a section, not a value", hint=f"set {listed(members, 4, word='or')}")
    return found[0]


def _places(tree: object, key: str) -> Iterator[Path]:
    """The paths that `key` may mean: a key in the file can contain dots itself."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            if str(name) == key:
                yield (name,)
            elif key.startswith(f"{name}."):
                yield from ((name, *rest) for rest in _places(value, key[len(str(name)) + 1 :]))
    elif isinstance(tree, list | tuple):
        head, dot, rest = key.partition(".")
        if head.isascii() and head.isdigit() and int(head) < len(tree):
            yield from ((int(head), *below) for below in (_places(tree[int(head)], rest) if dot else [()]))


def _with(tree: object, where: Path, value: object) -> object:
    """A copy of `tree` with `value` at `where`; a list given for a tuple or set becomes one."""
    if not where:
        for kind in (tuple, set):
            if isinstance(tree, kind) and isinstance(value, list):
                return kind(value)
        return value
    if isinstance(tree, list | tuple):
        return type(tree)(_with(item, where[1:], value) if i == where[0] else item for i, item in enumerate(tree))
    mapping = cast("dict[object, object]", tree)
    return mapping | {where[0]: _with(mapping[where[0]], where[1:], value)}


def _same(one: object, other: object) -> bool:
    """Whether two values are written alike: `1`, `1.0` and `true` are three, nan is nan, tuples are lists."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and (one == other or (one != one and other != other))  # noqa: PLR0124
