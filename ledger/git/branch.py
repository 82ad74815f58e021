"""Moving a branch to a new commit, with every work tree that has it checked out.

The work tree goes first and the ref second: a process that is killed in between leaves new files staged, which the
next attempt finds in place, and never a ref whose files look deleted.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git import refs, work_trees
from ledger.git.bring_along import bring_along, can_bring_along, in_place_of
from ledger.git.git import Git
from ledger.git.process import GitError
from ledger.git.refs import RefChange
from ledger.git.work_trees import WorkTree
from ledger.model.frozen import frozen


class Overlap(LedgerError):
    """A work tree holds changes of the user's where the new commit has changes too; nothing was moved."""


class Moved(Exception):
    """The branch is no longer where it was read: read again and build on what is there."""


@frozen
class Step:
    """A branch's way from one commit to another, with refs that move in the same moment."""

    ref: str
    old: str
    new: str
    reason: str
    also: Sequence[RefChange] = ()


def holders(trees: Sequence[WorkTree], ref: str) -> tuple[Path, ...]:
    """Those of the work trees that have the branch checked out."""
    return tuple(tree.path for tree in trees if tree.branch == ref)


def advance(git: Git, step: Step) -> tuple[Path, ...]:
    """Move the branch and the work trees that show it; returns those work trees.

    The caller holds the repository's lock. Raises Overlap or Moved, and then nothing has changed.
    """
    every = work_trees.listed(git)
    rebased = _being_rebased(git, every, step.ref)
    if rebased is not None:
        # git would refuse to move the branch at the end of the rebase
        raise Overlap(f"the branch is being rebased in {rebased}", hint="git rebase --continue, then run this again")
    trees = holders(every, step.ref)
    brought: list[Path] = []
    try:
        if len(trees) == 1 and _at_once(git, trees[0], step):
            brought.append(trees[0])
        else:
            _require_room(git, trees, step)
            for tree in trees:
                bring_along(git, tree, step.old, step.new)
                brought.append(tree)
    except GitError as error:
        _back(git, brought, step)
        raise Overlap(f"a work tree could not be updated: {_first_line(error.stderr)}") from None
    try:
        moved = refs.move(git, [RefChange(ref=step.ref, old=step.old, new=step.new), *step.also], step.reason)
    except (GitError, LedgerError):
        _back(git, brought, step)
        raise
    if not moved:
        _back(git, brought, step)
        raise Moved(step.ref)
    return trees


def _at_once(git: Git, tree: Path, step: Step) -> bool:
    """Bring the only work tree along without asking before: where something is in the way, git leaves all as it is.

    False where it has to be asked what that is. Raises GitError where a file could not be written.
    """
    if in_place_of(git, tree, step.old, step.new):
        # git would overwrite one that it ignores
        return False
    try:
        bring_along(git, tree, step.old, step.new)
    except GitError as error:
        if error.killed or "unable to" in error.stderr:
            raise
        return False
    except LedgerError:
        return False
    return True


def _require_room(git: Git, trees: Sequence[Path], step: Step) -> None:
    """Raise Overlap where something is in the way in one of the work trees."""
    for tree in trees:
        in_the_way = can_bring_along(git, tree, step.old, step.new)
        if in_the_way is not None and "index.lock" in in_the_way:
            raise Overlap(
                f"another git process holds the index of {tree}: {_first_line(in_the_way)}",
                hint="wait for it, then run this again; if none is running, remove that file",
            )
        if in_the_way is not None:
            raise Overlap(
                f"changes in {tree} are in the way: {_first_line(in_the_way)}",
                hint="commit or stash those changes, then run this again",
            )


def _being_rebased(git: Git, trees: Sequence[WorkTree], ref: str) -> Path | None:
    """The work tree in which a rebase of the branch is under way; HEAD is detached there meanwhile."""
    for tree in trees:
        # every slot is such a work tree, so that no process is started for each
        own = work_trees.own_folder(git, tree.path) if tree.branch is None else None
        names = [] if own is None else [own / f"rebase-{way}/head-name" for way in ("merge", "apply")]
        if any(path.is_file() and os.fsdecode(path.read_bytes()).strip() == ref for path in names):
            return tree.path
    return None


def _back(git: Git, trees: Sequence[Path], step: Step) -> None:
    for tree in trees:
        bring_along(git, tree, step.new, step.old)


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.removeprefix("error: ").splitlines() if line.strip()]
    return lines[0] if lines else "git does not say what"
