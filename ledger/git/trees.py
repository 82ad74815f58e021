"""Trees with some paths changed, built from only the trees along those paths.

An index would be as quick in a small repository; in one with thousands of landed experiments it lists all their files
for each commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ledger.git import loose_objects
from ledger.git.entries import Entry, Mode
from ledger.git.objects import Objects

Changes = Mapping[str, Entry | None]
"""What stands at paths from now on, None for one that goes."""


class Git(Protocol):
    """Where trees are read and written."""

    @property
    def objects(self) -> Objects: ...
    def write(self, kind: str, data: bytes) -> str: ...


def changed(git: Git, base: str, changes: Changes) -> str:
    """The id of the tree of `base`, a commit or tree, with each file set, or removed with the folders it empties."""
    made = _built(git, f"{base}^{{tree}}", _by_folder(changes))
    return _made(git, {}) if made is None else made


def _by_folder(changes: Changes) -> dict[str, Any]:
    """The changes nested as folders are."""
    nested: dict[str, Any] = {}
    for path, change in changes.items():
        *folders, name = path.split("/")
        at = nested
        for folder in folders:
            below = at.setdefault(folder, {})
            if not isinstance(below, dict):
                # a file where a folder is to be: the later change counts, as in an index
                below = at[folder] = {}
            at = below
        at[name] = change
    return nested


def _built(git: Git, base: str | None, changes: Mapping[str, Any]) -> str | None:
    """The id of one folder's tree, None where nothing is left in it."""
    entries = {} if base is None else dict(git.objects.folder(base))
    for name, change in changes.items():
        before = entries.get(name)
        folder = before is not None and before.is_tree
        if isinstance(change, dict):
            below = _built(git, before.oid if before is not None and folder else None, change)
            if below is not None:
                entries[name] = Entry(mode=Mode.TREE, oid=below)
            elif folder:
                del entries[name]
        elif change is not None:
            entries[name] = change
        elif not folder:
            # the path of a folder is not a file's: there is nothing to remove
            entries.pop(name, None)
    return _made(git, entries) if entries else None


def _made(git: Git, entries: Mapping[str, Entry]) -> str:
    return git.write("tree", loose_objects.tree(entries))
