"""Where a site may lie: a folder in which it harms nothing, or one below the ledger's own, where nobody names any."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.machine import locks
from ledger.machine.state_directory import StateDirectory
from ledger.model.experiment import DIRECTORY
from ledger.model.pipeline import inside
from ledger.repo.ledger import Ledger

_HINT = "-o DIR: a new or an empty folder, as -o site"
# what lies there is committed with the records, or read by DVC
_TAKEN = (DIRECTORY, ".dvc")


def require_harmless(ledger: Ledger, folder: Path) -> None:
    """Raise LedgerError where a site in the folder would get among records or data, or a branch's link leads there."""
    require_own_way(ledger.git, folder)
    if folder.is_symlink() and not folder.exists():
        raise LedgerError(f"{folder} is a symbolic link that leads nowhere", hint=f"rm {folder}, or {_HINT}")
    real = folder.resolve()
    if not real.is_relative_to(ledger.git.root):
        return
    path = real.relative_to(ledger.git.root).as_posix()
    taken = next((one for one in (*_TAKEN, *_data(ledger)) if inside(path, one)), None)
    if taken is not None:
        whose = "records" if taken == DIRECTORY else "DVC's" if taken == ".dvc" else "data of the pipeline"
        raise LedgerError(f"{folder} is no place for a site: what lies in {taken} is {whose}", hint=_HINT)


def require_own_way(git: Git, path: Path) -> None:
    """Raise LedgerError where a symbolic link that git holds leads to the path."""
    named = _absolute(path)
    link = next((one for one in (named, *named.parents) if _is_held_link(git, one)), None)
    if link is not None:
        raise LedgerError(
            f"{path} is reached through a symbolic link that git holds, {link.relative_to(git.root)}: "
            "whoever committed it chose where it leads",
            hint="-o names another place",
        )


def _absolute(folder: Path) -> Path:
    # not `resolve`, which follows the links
    return Path(os.path.abspath(folder))  # noqa: PTH100


def _is_held_link(git: Git, path: Path) -> bool:
    if not path.is_symlink() or not path.is_relative_to(git.root):
        return False
    return git.succeeds("ls-files", "--error-unmatch", "--", f":(top,literal){path.relative_to(git.root).as_posix()}")


def _data(ledger: Ledger) -> tuple[str, ...]:
    """What stages make and DVC holds, as of HEAD."""
    head = ledger.snapshot.head[1]
    try:
        code = None if head is None else ledger.code.at(head)
    except LedgerError:
        # there is no pipeline, or none that can be read: pages say so
        code = None
    return () if code is None else (*(output.path for output in code.pipeline.outputs()), *code.data)


@contextmanager
def own(state_dir: StateDirectory) -> Iterator[Path]:
    """A folder for one process alone while the block lasts: the first that no other has.

    What it holds stays there, so that the next build makes only what has changed since.
    """
    for number in count(1):
        folder = state_dir.sites / str(number)
        with locks.tried(folder.with_suffix(".lock")) as ours:
            if ours:
                yield folder
                return
