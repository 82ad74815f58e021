"""Whether anything has happened in a repository that its site shows: cheap enough to be asked every second."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ledger.git.git import Git
from ledger.machine.state_directory import StateDirectory
from ledger.model import settings
from ledger.repo.ledger import Ledger
from ledger.repo.site.served import stamp

# where branches and trials that wait are; of tags a new experiment's are seen, and others come with a branch
_FOLDERS = ("refs/heads", "refs/remotes", "refs/ledger", "reftable")
_FILES = ("packed-refs", "refs/tags", "refs/tags/ledger", "reftable/tables.list")


class Watched:
    """A repository that is looked at again and again.

    git writes a ref by renaming a file, which shows in the folder: only folders are looked at, and one that has not
    changed has no new folders in it.
    """

    def __init__(self, git: Git) -> None:
        self._root, self._common = git.root, git.common
        self._runs = StateDirectory(common=git.common).runs
        self._below: dict[Path, tuple[object, tuple[Path, ...]]] = {}

    def stamp(self) -> object:
        """Another value where something may have happened: takes some thousand looks at folders at most."""
        folders = [entry for top in _FOLDERS for entry in self._folders(self._common / top)]
        files = [stamp(self._common / one) for one in _FILES]
        runs = stamp(self._runs)
        return folders, files, stamp(self._root / settings.FILE), runs

    def _folders(self, folder: Path) -> Iterator[object]:
        now = stamp(folder)
        yield now
        before, below = self._below.get(folder, (None, ()))
        if before != now:
            below = ()
            with suppress(OSError), os.scandir(folder) as entries:
                below = tuple(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
            self._below[folder] = (now, below)
        for each in below:
            yield from self._folders(each)


def state(ledger: Ledger) -> object:
    """What a site is made from, as of now: the same as long as there is nothing to build."""
    snapshot = ledger.snapshot
    return snapshot.listing, snapshot.main, snapshot.main_tip, sorted(snapshot.running), repr(ledger.settings)
