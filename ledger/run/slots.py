"""Slots: git work trees below the git directory in which trials run, so that the user's own is left alone."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO

from ledger.errors import LedgerError
from ledger.git import plain_repository, submodules, work_trees
from ledger.git.git import Git
from ledger.git.process import GitError, call
from ledger.git.submodules import Submodule
from ledger.machine import locks, processes
from ledger.machine.state_directory import StateDirectory
from ledger.model.frozen import frozen

# how long what has been killed may take to let go of a slot, in seconds
_PATIENCE = 2.0


@frozen
class Slot:
    """One work tree, ours alone while its lock is held. `lock`: the descriptor of the open lock file.

    All that works in it holds on to the lock too: the worker, and every process that a stage starts.
    """

    path: Path
    git: Git
    lock: int

    def prepare(self, commit: str, *, keep: Iterable[str]) -> None:
        """Make the slot hold exactly the commit's files, and of what git ignores only the paths to `keep`."""
        if not self._usable():
            self._rebuild(commit)
            return
        kept = ["/.dvc/tmp", *(f"/{path}" for path in keep)]
        patterns = [argument for path in kept for argument in ("-e", _literal(path))]
        try:
            work_trees.check_out(self.git, self.path, commit)
            self.git.run("clean", "-ffdxq", *patterns, cwd=self.path)
        except GitError:
            # a damaged index, or a folder that a stage has made read-only
            self._rebuild(commit)
            return
        # DVC's own lock stays behind where a worker was killed, and whether its process lives cannot be told for sure
        (self.path / ".dvc/tmp/rwlock").unlink(missing_ok=True)

    def lay(self, tree: str) -> None:
        """Bring the files that git holds to those of another tree than the commit's. Raises GitError."""
        work_trees.bring_to(self.git, self.path, tree)

    def lay_out(self, held: Iterable[Submodule]) -> None:
        """Bring in the files of submodules, outer ones first. Raises GitError where they cannot be written."""
        for submodule in held:
            submodules.lay_out(submodule, self.path / submodule.path, self._index_of(submodule))

    def changed_in(self, held: Iterable[Submodule]) -> list[str]:
        """The files of submodules that are others now. Raises GitError."""
        found = [submodules.changed(one, self.path / one.path, self._index_of(one)) for one in held]
        return [path for paths in found for path in paths]

    def _index_of(self, submodule: Submodule) -> Path:
        """Where git remembers what it has laid out, beside the slot."""
        digest = hashlib.sha256(f"{submodule.path}\0{submodule.store}".encode()).hexdigest()[:16]
        return self.path.with_name(f"{self.path.name}.submodules") / digest

    def changed(self, commit: str, matters: Callable[[str], bool]) -> list[str]:
        """The files of a commit or tree that are others now, in the work tree or in the index, of those that matter.

        Raises GitError.
        """
        if not any(map(matters, self._touched(commit))):
            return []
        # a file that was written anew with the same content has not changed
        call(["update-index", "-q", "--refresh"], cwd=self.path, environment={"GIT_OPTIONAL_LOCKS": "1"})
        return [path for path in self._touched(commit) if matters(path)]

    def _touched(self, commit: str) -> list[str]:
        out = self.git.run("diff-index", "--name-only", "-z", "--no-renames", commit, "--", cwd=self.path)
        return [os.fsdecode(path) for path in out.split(b"\0") if path]

    def clear(self) -> None:
        """Remove what git does not hold, and what a stage has written over what it does."""
        self.git.succeeds("-C", str(self.path), "clean", "-ffdxq", "-e", "/.dvc/tmp")
        changed = call(["diff-files", "--name-only", "-z"], cwd=self.path).stdout
        for name in filter(None, changed.split(b"\0")):
            with contextlib.suppress(OSError):
                (self.path / os.fsdecode(name)).unlink()

    def _usable(self) -> bool:
        registered = self._registered()
        if registered is None:
            return False
        try:
            places = _places(self.git, self.path, registered)
        except (GitError, LedgerError):
            return False
        top, common, sparse, *locks = places
        if Path(top).resolve() != self.path.resolve() or Path(common).resolve() != self.git.common.resolve():
            return False
        if Path(sparse).exists():
            # an earlier version made the slots of a sparse clone sparse
            return False
        # killed in the middle of a checkout, a slot still holds git's locks; it is ours, so they are stale
        for lock in locks:
            Path(lock).unlink(missing_ok=True)
        return True

    def _registered(self) -> tuple[bytes | None, ...] | None:
        """What tells git where the slot's files and its repository are; None where the slot is no work tree."""
        pointer = _content(self.path / ".git")
        if pointer is None or not pointer.startswith(b"gitdir: "):
            return None
        place = self.path / os.fsdecode(pointer.removeprefix(b"gitdir: ").rstrip(b"\n"))
        # git looks for `core.worktree` and the like in no other file than these
        says = (place / "commondir", place / "config.worktree", self.git.common / "config")
        return (pointer, *map(_content, says))

    def _rebuild(self, commit: str) -> None:
        aside = self.path.with_name(f"{self.path.name}.git")
        work_trees.remove(self.git, self.path, aside=aside)
        work_trees.add(self.git, self.path, commit, aside=aside)


@lru_cache(maxsize=64)
def _places(git: Git, slot: Path, registered: tuple[bytes | None, ...]) -> list[str]:
    """Where git has the slot, its repository and its own files, as long as it is `registered` so. Raises GitError."""
    del registered
    paths = ("info/sparse-checkout", "index.lock", "HEAD.lock")
    own = plain_repository.linked(slot, git.common)
    if own is not None:
        return [str(slot), str(git.common), *(str(own / path) for path in paths)]
    named = [argument for path in paths for argument in ("--git-path", path)]
    asked = ["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir", *named]
    return os.fsdecode(git.run(*asked, cwd=slot)).removesuffix("\n").split("\n")


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _literal(path: str) -> str:
    """A gitignore pattern that means just this path."""
    return "".join("\\" + c if c in "*?[]\\!# " else c for c in path)


@contextmanager
def slot(git: Git, state_dir: StateDirectory) -> Iterator[Slot]:
    """The first free slot, held until the block ends or the process does, and all that works in it with it.

    What a run that was killed has left running there is ended first.
    """
    state_dir.slots.mkdir(parents=True, exist_ok=True)
    number = 0
    while True:
        path = state_dir.slots / str(number)
        with (
            (state_dir.slots / f"{number}.run").open("w") as run,
            (state_dir.slots / f"{number}.lock").open("w") as lock,
        ):
            if locks.taken(run.fileno()) and _emptied(path, lock):
                yield Slot(path=path, git=git, lock=lock.fileno())
                return
        number += 1


def _emptied(path: Path, lock: IO[str]) -> bool:
    """Take the lock of a slot that no run holds; what still works in it belongs to nobody."""
    processes.end_marked(path)
    patience = time.monotonic() + _PATIENCE
    while not locks.taken(lock.fileno()):
        if time.monotonic() > patience:
            return False
        time.sleep(0.05)
    return True
