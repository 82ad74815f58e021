"""What stands in git's trees: modes and the ids of objects by name."""

from __future__ import annotations

import os
from enum import StrEnum

from ledger.model.frozen import frozen

# the tree that holds nothing, which every repository knows without having it
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class Mode(StrEnum):
    """What an entry of a tree is. Git writes no others now; trees that others wrote may hold more."""

    FILE = "100644"
    EXECUTABLE = "100755"
    LINK = "120000"
    TREE = "040000"
    SUBMODULE = "160000"


@frozen
class Entry:
    """One line of a tree. `mode` is a `Mode`, or what else the tree says in six digits."""

    mode: str
    oid: str

    @property
    def is_tree(self) -> bool:
        """Whether it is a folder."""
        return self.mode == Mode.TREE

    @property
    def kind(self) -> str:
        """What its object is: a tree, a commit of another repository, or a blob."""
        return "tree" if self.is_tree else "commit" if self.is_submodule else "blob"

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode == Mode.LINK

    @property
    def is_submodule(self) -> bool:
        """Whether it is a submodule."""
        return self.mode == Mode.SUBMODULE


def plain_file(oid: str) -> Entry:
    """The entry of a plain file that holds the blob."""
    return Entry(mode=Mode.FILE, oid=oid)


def of_tree(data: bytes, width: int) -> dict[str, Entry]:
    """The entries of a tree object's raw form: `<mode> <name>\\0<object id in binary>` again and again.

    An id has `width` bytes.
    """
    entries = {}
    at = 0
    while at < len(data):
        space = data.find(b" ", at)
        end = data.find(b"\0", space)
        oid = data[end + 1 : end + 1 + width].hex()
        if space < 0 or end < 0 or len(oid) != 2 * width or not data[at:space].isdigit():
            # no tree of git's: what follows has no beginning
            break
        name = os.fsdecode(data[space + 1 : end])
        # git writes no such names; a crafted tree could lead out of the folder that it is written to
        if name not in ("", ".", "..", ".git") and "/" not in name:
            entries[name] = Entry(mode=data[at:space].decode().rjust(6, "0"), oid=oid)
        at = end + 1 + width
    return entries
