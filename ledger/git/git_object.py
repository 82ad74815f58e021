"""One object of git as it was read, and what can be read off it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache

from ledger.git.entries import Entry, of_tree
from ledger.model.frozen import frozen
from ledger.model.patterns import pattern

# what names an object and nothing else, such as a ref
FULL_ID = pattern(r"[0-9a-f]{40}")


@frozen
class GitObject:
    """One object. `kind`: blob, tree, commit or tag."""

    oid: str
    kind: str
    data: bytes


def message_of(commit: GitObject | None) -> str:
    """The message of a commit that was read, "" where there was none."""
    return "" if commit is None else commit.data.partition(b"\n\n")[2].decode(errors="replace")


def parents_of(commit: GitObject | None) -> tuple[str, ...]:
    """The parents of a commit that was read."""
    return tuple(line.removeprefix("parent ") for line in header_of(commit) if line.startswith("parent "))


def header_of(commit: GitObject | None) -> list[str]:
    """The lines of a commit's header."""
    return [] if commit is None else commit.data.split(b"\n\n", 1)[0].decode(errors="replace").split("\n")


def entry_of(tree: GitObject, name: str) -> Entry | None:
    """What a tree has under a name, None where it has nothing."""
    return entries(tree).get(name) if os.fsencode(name) in tree.data else None


def entries(found: GitObject | None) -> Mapping[str, Entry]:
    """The entries of a tree that was read; none where it is not a tree."""
    return {} if found is None or found.kind != "tree" else _of_tree(found.data, len(found.oid) // 2)


# the same folders are looked into again and again
_of_tree = lru_cache(maxsize=2048)(of_tree)
