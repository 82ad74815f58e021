"""The files that differ between two commits, found in their trees."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.git.entries import EMPTY_TREE, Entry
from ledger.git.objects import Objects


def changes(objects: Objects, old: str, new: str) -> dict[str, Entry | None]:
    """The files in which two commits differ, with what the new one has there, None where it has nothing.

    Modes count. Folders that are the same are not entered, so that a large repository costs no more than a small one.
    """
    return {path: after for path, _, after in differing(objects, old, new)}


def added(objects: Objects, old: str, new: str) -> list[str]:
    """The files that a commit has where the other has none, in the order of their paths."""
    return sorted(path for path, before, after in differing(objects, old, new) if before is None and after is not None)


def differing(objects: Objects, old: str, new: str) -> Iterator[tuple[str, Entry | None, Entry | None]]:
    """Each file in which two commits differ, with what either has there."""
    pending = [("", f"{old}^{{tree}}", f"{new}^{{tree}}")]
    while pending:
        prefix, a, b = pending.pop()
        before, after = objects.folder(a), objects.folder(b)
        for name in before.keys() | after.keys():
            one, other = before.get(name), after.get(name)
            if one == other:
                continue
            path = prefix + name
            if (one is not None and one.is_tree) or (other is not None and other.is_tree):
                left = one.oid if one is not None and one.is_tree else EMPTY_TREE
                right = other.oid if other is not None and other.is_tree else EMPTY_TREE
                pending.append((f"{path}/", left, right))
            file = None if one is None or one.is_tree else one
            instead = None if other is None or other.is_tree else other
            if file is not None or instead is not None:
                yield path, file, instead
