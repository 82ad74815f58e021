"""The files that differ between two commits, found in their trees."""

from __future__ import annotations

from ledger.git.entries import EMPTY_TREE, Entry
from ledger.git.objects import Objects


def changes(objects: Objects, old: str, new: str) -> dict[str, Entry | None]:
    """The files in which two commits differ, with what the new one has there, None where it has nothing.

    Modes count. Folders that are the same are not entered, so that a large repository costs no more than a small one.
    """
    found: dict[str, Entry | None] = {}
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
            if one is not None and not one.is_tree and (other is None or other.is_tree):
                found[path] = None
            if other is not None and not other.is_tree:
                found[path] = other
    return found
