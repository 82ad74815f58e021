"""Merging by git without a work tree: commits, and the lines of single texts."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.git.process import GitError, call
from ledger.model.frozen import frozen


@frozen
class MergedTree:
    """What git makes of two commits. `conflicts`: by path, what base (1), ours (2) and theirs (3) have there."""

    tree: str
    conflicts: Mapping[str, Mapping[int, Entry]]


def merge_base(git: Git, ours: str, theirs: str) -> str | None:
    """The commit that both histories share last, None where there is none here."""
    return call(["merge-base", ours, theirs], cwd=git.root).stdout.decode().strip() or None


def merge_trees(git: Git, ours: str, theirs: str) -> MergedTree:
    """Merge two commits as `git merge` would, into a tree; conflicting files hold git's marks in it."""
    arguments = ["merge-tree", "--write-tree", "-z", "--no-messages", ours, theirs]
    done = call(arguments, cwd=git.root)
    if done.returncode == 129:
        raise LedgerError("this git cannot merge without a work tree", hint="git 2.38 or later can: git --version")
    if done.returncode not in (0, 1):
        raise GitError(arguments, done.stderr.decode(errors="replace"))
    tree, *lines = [part for part in done.stdout.split(b"\0") if part]
    conflicts: dict[str, dict[int, Entry]] = {}
    for line in lines:
        entry, _, path = line.partition(b"\t")
        mode, oid, stage = entry.decode().split(" ")
        conflicts.setdefault(os.fsdecode(path), {})[int(stage)] = Entry(mode=mode, oid=oid)
    return MergedTree(tree=tree.decode(), conflicts=conflicts)


def weave(git: Git, base: str, ours: str, theirs: str, *, keep_both: bool = False) -> str | None:
    """Merge three texts by lines; None in a conflict, unless `keep_both` puts both sides' lines in a row."""
    with tempfile.TemporaryDirectory(prefix="ledger-merge-") as folder:
        paths = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for path, text in zip(paths, (ours, base, theirs), strict=True):
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
        union = ["--union"] if keep_both else []
        done = call(["merge-file", "-p", "-q", *union, *map(str, paths)], cwd=git.root)
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None
