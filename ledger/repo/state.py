"""Code as git holds it: the commit, or a tree that differs from it in an arm's data."""

from __future__ import annotations

from dataclasses import replace

from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.repo.code import Code


def entries(git: Git, code: Code) -> dict[str, Entry | None]:
    """What an arm's data change of the commit's files: its pointers as written, and the files of git's; None: gone."""
    pointers = {
        path: replace(code.files[path], oid=git.blob(text.encode("utf-8", "surrogateescape")))
        for path, text in code.written.items()
    }
    return {**code.laid, **pointers}


def tree(git: Git, code: Code) -> str:
    """The id of the tree that a trial runs on; the commit's own where no data differ."""
    changes = entries(git, code)
    return git.tree(code.commit, changes) if changes else code.commit
