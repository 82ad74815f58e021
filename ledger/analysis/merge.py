"""What does a merge of two parameter files hold? Each key for itself, from a common base and two sides.

The text is made in several ways, the one that keeps most of the layout first; each is read again, and only one that
holds exactly the merged values is taken. Where both sides gave one key different values there is no answer.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, TypeAlias

from ledger.errors import LedgerError
from ledger.model.formats import paramfiles
from ledger.model.frozen import frozen
from ledger.model.parameters import Value, flatten
from ledger.model.typed_values import format_value

Flat: TypeAlias = Mapping[str, Value]

Weave: TypeAlias = Callable[[str, str, str], "str | None"]
"""A merge of base, ours and theirs by lines; None in a conflict."""


@frozen
class Clash:
    """A key that both sides changed, each in its way: the values as people write them, None where it is not there."""

    key: str
    base: str | None
    ours: str | None
    theirs: str | None


@frozen
class MergedFile:
    """A merged file. `text` is None where there is none: for the `clashes`, or else because the layout forbids it."""

    text: str | None
    clashes: tuple[Clash, ...] = ()


def merge_values(
    base: Flat, ours: Flat, theirs: Flat, yielding: Collection[str] = ()
) -> tuple[dict[str, Value], tuple[Clash, ...]]:
    """The flat parameters of the merge, with the keys that clash left out.

    Of the `yielding` keys, such as the seed, theirs counts where both sides changed them.
    """
    merged: dict[str, Value] = {}
    clashes = []
    for key in dict.fromkeys([*ours, *theirs]):
        b, o, t = (_written(side, key) for side in (base, ours, theirs))
        if t in (o, b):
            side = ours
        elif o == b or (key in yielding and None not in (o, t)):
            side = theirs
        else:
            clashes.append(Clash(key=key, base=b, ours=o, theirs=t))
            continue
        if key in side:
            merged[key] = side[key]
    return merged, tuple(clashes)


def merge_parameters(
    path: str, base: str, ours: str, theirs: str, *, weave: Weave, yielding: Collection[str] = ()
) -> MergedFile:
    """The merge of the file's three texts; comments stay. Raises LedgerError where one of the texts cannot be read."""
    flat_base, flat_ours, flat_theirs = (flatten(paramfiles.parse(path, text)) for text in (base, ours, theirs))
    merged, clashes = merge_values(flat_base, flat_ours, flat_theirs, yielding)
    if clashes:
        return MergedFile(text=None, clashes=clashes)
    for text in _drafts(path, base, ours, theirs, merged, weave):
        if text is not None and _holds(path, text, merged):
            return MergedFile(text=text)
    return MergedFile(text=None)


def _drafts(
    path: str, base: str, ours: str, theirs: str, merged: Mapping[str, Value], weave: Weave
) -> Iterator[str | None]:
    """Texts that may hold the merged values."""
    yield weave(base, ours, theirs)
    # with the merged values in all three, they differ by the keys that one of them has alone, and by comments
    b, o, t = (_with_values(path, text, merged) for text in (base, ours, theirs))
    if b is not None and o is not None and t is not None:
        yield weave(b, o, t)
    if PurePosixPath(path).suffix == ".py":
        # there is more in it than parameters, of which one side's would be lost
        return
    yield o
    if b is not None and o is not None and t is not None:
        yield _grafted(b, o, t)
    if PurePosixPath(path).suffix == ".json":
        yield _as_json(*(paramfiles.parse(path, text) for text in (base, ours, theirs)), like=ours)


def _grafted(base: str, ours: str, theirs: str) -> str | None:
    """Ours' lines with those that theirs has added or removed; where both changed a line, ours stays.

    Behind one line ours' additions come first. None where theirs reaches into what ours has rewritten.
    """
    old, mine, other = ([*text.splitlines(keepends=True)] for text in (base, ours, theirs))
    changes = [c for c in difflib.SequenceMatcher(None, old, mine, autojunk=False).get_opcodes() if c[0] != "equal"]
    grafted = []
    for kind, start, end, first, last in difflib.SequenceMatcher(None, old, other, autojunk=False).get_opcodes():
        touched = [c for c in changes if c[1] < end and start < c[2]]
        if kind == "equal" or (kind == "replace" and touched):
            continue
        if touched or any(c[1] < start < c[2] for c in changes):
            return None
        # what ours has changed before this place moves it
        at = start + sum((c[4] - c[3]) - (c[2] - c[1]) for c in changes if c[2] <= start)
        grafted.append((at, at + end - start, other[first:last]))
    for at, until, lines in reversed(grafted):
        if at and not mine[at - 1].endswith("\n"):
            mine[at - 1] += "\n"
        mine[at:until] = lines
    return "".join(mine)


def _with_values(path: str, text: str, merged: Mapping[str, Value]) -> str | None:
    """The text with the merged values for the keys that it has."""
    flat = flatten(paramfiles.parse(path, text))
    changes = {k: merged[k] for k, v in flat.items() if k in merged and format_value(merged[k]) != format_value(v)}
    try:
        return paramfiles.edit(path, text, changes)
    except LedgerError:
        return None


def _holds(path: str, text: str, merged: Mapping[str, Value]) -> bool:
    try:
        flat = flatten(paramfiles.parse(path, text))
    except LedgerError:
        return False
    return flat.keys() == merged.keys() and all(_written(flat, key) == _written(merged, key) for key in merged)


def _written(side: Flat, key: str) -> str | None:
    """The value as text, in which `1`, `1.0` and `true` are three; None where the key is not there."""
    return format_value(side[key]) if key in side else None


# --- JSON has no comments, and commas that belong to two lines: it is written anew where nothing else fits


def _as_json(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any], *, like: str) -> str:
    indent = re.search(r"^[ \t]+", like, re.MULTILINE)
    merged = _nested(base, ours, theirs)
    return json.dumps(merged, indent=indent[0] if indent else None, ensure_ascii=False) + "\n"


def _nested(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for key in dict.fromkeys([*ours, *theirs]):
        sides = [side.get(key, {}) for side in (base, ours, theirs)]
        if all(isinstance(value, dict) for value in sides) and any(sides[1:]):
            below = _nested(*sides)
            if below:
                merged[key] = below
            continue
        b, o, t = (repr(side[key]) if key in side else None for side in (base, ours, theirs))
        side = ours if t in (o, b) else theirs
        if key in side:
            merged[key] = side[key]
    return merged
