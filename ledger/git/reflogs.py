"""Reflogs: which commits refs were moved to here, and by what. They are never fetched, so nobody else writes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ledger.git.git import Git
from ledger.model.frozen import frozen


@frozen
class RefMove:
    """One move of a ref: from a commit to another (`ZERO` where it was not there), and what git says of it."""

    old: str
    new: str
    message: str


def of_heads(git: Git) -> Iterator[RefMove]:
    """The moves of HEAD in every work tree that is there."""
    for folder in (git.common, *sorted((git.common / "worktrees").glob("*"))):
        yield from _entries(folder / "logs" / "HEAD")


def of_branch(git: Git, ref: str) -> Iterator[RefMove]:
    """The moves of one branch, by its full name."""
    return _entries(git.common / "logs" / ref)


def of_branches(git: Git) -> Iterator[RefMove]:
    """The moves of all branches here."""
    for folder, folders, files in os.walk(git.common / "logs" / "refs" / "heads"):
        folders.sort()
        for name in sorted(files):
            yield from _entries(Path(folder, name))


def _entries(path: Path) -> Iterator[RefMove]:
    try:
        data = path.read_bytes()
    except OSError:
        return
    for line in data.split(b"\n"):
        # `old new name <mail> seconds zone<tab>message`
        ids, tab, message = line.partition(b"\t")
        old, new, *_ = *ids.split(b" ", 2), b"", b""
        if tab and old and new:
            yield RefMove(
                old=old.decode("ascii", "replace"), new=new.decode("ascii", "replace"), message=os.fsdecode(message)
            )
