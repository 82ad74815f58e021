"""Bringing a work tree from one commit to another: the only place that touches the user's index."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from ledger.git.changed_files import added
from ledger.git.git import Git
from ledger.git.process import call


def can_bring_along(git: Git, work_tree: Path, old: str, new: str) -> str | None:
    """None where the work tree can go from `old` to `new`, else what git says is in the way."""
    dry = ["read-tree", "-m", "-u", "-n", old, new]
    done = call(dry, cwd=work_tree)
    if done.returncode != 0:
        # a file may have been touched and not changed
        call(["update-index", "-q", "--refresh"], cwd=work_tree, environment={"GIT_OPTIONAL_LOCKS": "1"})
        done = call(dry, cwd=work_tree)
    if done.returncode != 0:
        return done.stderr.decode(errors="replace").strip()
    ignored = _ignored_in_the_way(git, work_tree, old, new)
    return f"the ignored file {ignored[0]} would be overwritten" if ignored else None


def in_place_of(git: Git, work_tree: Path, old: str, new: str) -> list[PurePosixPath]:
    """What stands in the work tree where `new` brings files, and the files that stand where it brings folders."""
    brought = [PurePosixPath(path) for path in added(git.objects, old, new)]
    places = dict.fromkeys(place for path in brought for place in (path, *path.parents[:-1]))
    # a folder may hold files that git ignores, which it removes to make room for a file
    full = {path for path in brought if (work_tree / path).is_dir()}
    return [place for place in places if place in full or (at := work_tree / place).is_symlink() or at.is_file()]


def _ignored_in_the_way(git: Git, work_tree: Path, old: str, new: str) -> list[str]:
    """The files that git ignores where `new` brings some: git itself would overwrite them without a word."""
    there = in_place_of(git, work_tree, old, new)
    if not there:
        return []
    listed = [f":(top,literal){place}" for place in there]
    found = git.run("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", *listed, cwd=work_tree)
    return [os.fsdecode(path) for path in found.split(b"\0") if path]


def bring_along(git: Git, work_tree: Path, old: str, new: str) -> None:
    """Two-tree merge: files that the user has changed stay as they are. Raises GitError where they overlap."""
    git.run("read-tree", "-m", "-u", old, new, cwd=work_tree)
