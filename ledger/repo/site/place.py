"""Where a site may lie: a folder in which it harms nothing, or one below the ledger's own, where nobody names any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git.held_links import require_own_way
from ledger.machine import locks
from ledger.machine.state_directory import StateDirectory
from ledger.repo.ledger import Ledger
from ledger.repo.output_file import owner

_HINT = "-o DIR: a new or an empty folder, as -o site"


def require_harmless(ledger: Ledger, folder: Path) -> None:
    """Raise LedgerError where a site in the folder would get among records or data, or a branch's link leads there."""
    real = require_own_way(ledger.git, folder)
    if folder.is_symlink() and not folder.exists():
        raise LedgerError(f"{folder} is a symbolic link that leads nowhere", hint=f"rm {folder}, or {_HINT}")
    own = real.is_relative_to(ledger.state_dir.sites.resolve())
    whose = None if own else owner(ledger, real)
    if whose is not None:
        raise LedgerError(f"{folder} cannot hold a site: it is {whose}", hint=_HINT)


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
