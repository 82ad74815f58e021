"""What a browser sees of a site's folder: its files, and at which moment which page has changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from ledger.machine.plain_files import content_of
from ledger.machine.state_directory import StateDirectory
from ledger.machine.web_server import Body
from ledger.repo import runs
from ledger.report.site import live

# what a site is made of: no other file is sent
_KINDS: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
# browsers ask for it by themselves, and tell their console where it is missing
_ICON: Final = "favicon.ico"

_NEWS_OF = re.compile(r"[\w./-]{1,200}")


class Served:
    """A site's folder as it is served. `failure`: why the site is not up to date, None where it is.

    `now` gives the present moment.
    """

    def __init__(self, folder: Path, state_dir: StateDirectory, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._state_dir = state_dir
        self._now = now
        self.failure: str | None = None

    def find(self, path: str, query: str) -> Body | None:
        """What stands at a path: a file of the site, or one of the server's own."""
        if path == live.NEWS:
            return Body(kind=_KINDS["json"], body=self._news(query))
        if path == _ICON:
            return Body(kind="image/x-icon", body=b"")
        kind = _KINDS.get((path or _page(path)).rpartition(".")[2])
        if kind is None:
            return None
        own = live.own_file(path)
        if own is not None:
            return Body(kind=kind, body=own)
        page = _page(path)
        # before the file: where it changes in between the page is loaded once more
        version = self.version(page) if page.endswith(".html") else ""
        try:
            body = content_of(self._folder, page)
        except OSError:
            return None
        return Body(kind=kind, body=live.page(body, version) if version else body)

    def version(self, page: str) -> str:
        """Another one whenever a page has changed, or what it draws."""
        stem = Path(page).stem
        data = self._folder / "data"
        drawn = [data / f"{stem}.js"] if "/" in page else sorted(data.glob(f"{stem}-*.js"))
        files = [self._folder / page, *drawn, *sorted((self._folder / "assets").glob("*"))]
        # a file that a build did not change is the same file still
        return hashlib.sha256(repr([stamp(file) for file in files]).encode()).hexdigest()[:16]

    def _news(self, query: str) -> bytes:
        asked = query.replace("%2F", "/").removeprefix("/")
        page = _page(asked)
        known = page.endswith(".html") and _NEWS_OF.fullmatch(page) is not None and ".." not in page
        there = known and stamp(self._folder / page) is not None
        at_work = [state for state in runs.live(self._state_dir) if self._has(state.experiment)]
        return live.news(self.version(page) if there else None, at_work, self.failure, now=self._now())

    def _has(self, experiment: str) -> bool:
        return stamp(self._folder / "experiments" / f"{experiment}.html") is not None


def _page(path: str) -> str:
    return path or "index.html"


def stamp(path: Path) -> tuple[int, int, int] | None:
    """What is another one where a file was replaced or written; None where there is none."""
    try:
        about = path.lstat()
    except OSError:
        return None
    return about.st_ino, about.st_mtime_ns, about.st_size
