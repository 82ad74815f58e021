"""A site that is served, and follows what happens in its repository."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.git.process import GitError
from ledger.machine.state_directory import StateDirectory
from ledger.model import settings
from ledger.model.site import Built, SiteOptions
from ledger.repo.ledger import Ledger, open_ledger
from ledger.repo.site import build as building
from ledger.repo.site.served import Served, stamp

EVERY: Final = 1.0
"""Seconds between two looks at the repository."""

# a build that has failed is tried again after this many looks, where nothing happens before
_AGAIN = 10
# where branches and trials that wait are; of tags a new experiment's are seen, and others come with a branch
_FOLDERS = ("refs/heads", "refs/remotes", "refs/ledger", "reftable")
_FILES = ("packed-refs", "refs/tags", "refs/tags/ledger", "reftable/tables.list")


class Watch:
    """A site that is served at `address`, from the folder where it was `built` first."""

    def __init__(self, ledger: Ledger, built: Built, options: SiteOptions, served: Served, address: str) -> None:
        self.built, self.address = built, address
        self._root, self._options, self._served = ledger.git.root, options, served
        self._watched = Watched(ledger.git)
        self._state: object = None
        self._seen: object = None
        self._rest = 0

    def look(self) -> Built | str | Exception | None:
        """Look once: what was built anew, why that failed (the last site stays served), None where nothing is new.

        An exception is a fault of ours.
        """
        now = self._watched.stamp(), stamp(Path(self.built.folder) / "index.html")
        self._rest -= 1
        # once more after a change: of two within a moment the second may not show
        if now == self._seen and self._rest != 0:
            return None
        self._rest = 1 if now != self._seen else -1
        self._seen = now
        before, self._served.failure = self._served.failure, None
        try:
            return self._brought(present=now[1] is not None)
        except (LedgerError, GitError, OSError) as error:
            said = self._failed(f"the site is unchanged: {error}")
            return None if before == said else said
        except Exception as error:
            # whoever looks at the pages has done nothing wrong, and the next change may well be built
            said = self._failed(f"the site is unchanged, because of a bug in ledger: {type(error).__name__}: {error}")
            return None if before == said else error

    def _failed(self, said: str) -> str:
        self._served.failure = said
        self._state, self._rest = None, _AGAIN
        return said

    def _brought(self, *, present: bool) -> Built | None:
        with open_ledger(self._root) as ledger:
            state = _made_from(ledger)
            if state == self._state and present:
                return None
            # this process has threads, of which a fork would know nothing
            built = building.build(ledger, Path(self.built.folder), self._options, jobs=1)
            self._state = state
        return built if built.written or built.removed else None

    def news(self) -> Iterator[Built | str | Exception]:
        """What comes of looking, again and again: it ends with the process, or where the caller leaves it."""
        while True:
            time.sleep(EVERY)
            found = self.look()
            if found is not None:
                yield found


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


def _made_from(ledger: Ledger) -> object:
    """What a site is made from, as of now: the same as long as there is nothing to build."""
    snapshot = ledger.snapshot
    return snapshot.listing, snapshot.main, snapshot.main_tip, sorted(snapshot.running), repr(ledger.settings)
