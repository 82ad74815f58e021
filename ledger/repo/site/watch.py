"""A site that is served, and follows what happens in its repository."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from ledger.errors import LedgerError
from ledger.git.process import GitError
from ledger.model.site import SiteOptions
from ledger.repo.ledger import Ledger, open_ledger
from ledger.repo.site import build as building
from ledger.repo.site import watching
from ledger.repo.site.build import Built
from ledger.repo.site.served import Served, stamp

EVERY: Final = 1.0
"""Seconds between two looks at the repository."""

# a build that has failed is tried again after so many looks, where nothing happens before
_AGAIN = 10


class Watch:
    """A site that is served at `address`, from the folder where it was `built` first."""

    def __init__(self, ledger: Ledger, built: Built, options: SiteOptions, served: Served, address: str) -> None:
        self.built, self.address = built, address
        self._root, self._options, self._served = ledger.git.root, options, served
        self._watched = watching.Watched(ledger.git)
        self._state: object = None
        self._seen: object = None
        self._rest = 0

    def look(self) -> Built | str | Exception | None:
        """Look once: what was built anew, why that failed (the last site stays served), None where nothing is new.

        An exception is a fault of ours.
        """
        now = self._watched.stamp(), stamp(self.built.folder / "index.html")
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
            said = self._failed(f"the site is as it was: {error}")
            return None if before == said else said
        except Exception as error:
            # whoever looks at the pages has done nothing wrong, and the next change may well be built
            said = self._failed(f"the site is as it was, by a fault of ledger's: {type(error).__name__}: {error}")
            return None if before == said else error

    def _failed(self, said: str) -> str:
        self._served.failure = said
        self._state, self._rest = None, _AGAIN
        return said

    def _brought(self, *, present: bool) -> Built | None:
        with open_ledger(self._root) as ledger:
            state = watching.state(ledger)
            if state == self._state and present:
                return None
            # this process has threads, of which a fork would know nothing
            built = building.build(ledger, self.built.folder, self._options, jobs=1)
            self._state = state
        return built if built.written or built.removed else None

    def news(self) -> Iterator[Built | str | Exception]:
        """What comes of looking, again and again: it ends with the process, or where the caller leaves it."""
        while True:
            time.sleep(EVERY)
            found = self.look()
            if found is not None:
                yield found
