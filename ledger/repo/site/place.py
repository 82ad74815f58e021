"""Where a site is built that nobody has named a folder for: below the ledger's own, which nothing is lost with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from ledger.machine import locks
from ledger.machine.state_directory import StateDirectory


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
