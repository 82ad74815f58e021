"""The folder that a site lies in: whether it may be written, and how all of it changes at once.

What a build writes is staged in a folder of its own below. When all of it is there a journal names what is to be moved
to its place and what is to go: whoever opens the folder next finishes what was cut off, so that a site is the old one
until then, and the new one from then on.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, Final

from ledger.errors import LedgerError
from ledger.machine import locks

OWN: Final = ".ledger-site"
"""The folder in a site's that is its builder's; where it is, the folder is a site's."""

FORMAT: Final = 1

WAIT: Final = 3.0
"""Seconds that a build waits for another to leave the folder."""

# what hosts and people keep beside a site
_OTHERS: Final = {".git", ".nojekyll", "CNAME", ".gitignore", ".gitattributes", ".DS_Store"}


class SiteFolder:
    """A folder with a site, held by one build."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._own = folder / OWN
        self.staged = self._own / "next"

    # --- what it is made of

    def mark(self) -> dict[str, Any]:
        """What the last build has left word of: `pages` by experiment, and `files`; empty where there was none."""
        found = _read(self._own / "mark.json")
        if found is None or found.get("format") != FORMAT:
            return {}
        # a site that is kept in git may bring a mark that others wrote
        return {
            **found,
            "pages": {name: page for name, page in _dict(found.get("pages")).items() if _is_page(page)},
            "files": [path for path in _list(found.get("files")) if _is_within(path)],
        }

    def has(self, path: str) -> bool:
        """Whether the site has such a file of its own, not one that a link leads to."""
        held = self.folder / path
        return held.is_file() and not any(one.is_symlink() for one in (held, *self._above(path)))

    def stage(self, path: str, content: bytes) -> bool:
        """Keep a file for the site to come; False where the site has it so already."""
        held = self.folder / path
        if self.has(path) and held.stat().st_size == len(content) and held.read_bytes() == content:
            return False
        staged = self.staged / path
        with _writing(self.folder):
            staged.parent.mkdir(parents=True, exist_ok=True)
            staged.write_bytes(content)
        return True

    def install(self, staged: Sequence[str], gone: Sequence[str], mark: Mapping[str, Any]) -> None:
        """Put what was staged in its place, then remove what is gone.

        What no page names yet comes first and the overview last, so that every link leads somewhere meanwhile. `mark`
        is what the next build is to know.
        """

        def turn(path: str) -> tuple[bool, bool, bool]:
            return path == "index.html", self.has(path), path.endswith(".html")

        move = sorted(staged, key=turn)
        journal = {"move": move, "remove": list(gone), "mark": {**mark, "format": FORMAT}}
        with _writing(self.folder):
            _write(self._own / "journal.json", journal)
            self._finish(journal)

    # --- from one site to the next

    def recover(self) -> None:
        """Finish what a build had begun to install; forget what it had only staged."""
        for partial in self._own.glob("*.json.*"):
            partial.unlink()
        journal = _read(self._own / "journal.json")
        if journal is None:
            shutil.rmtree(self.staged, ignore_errors=True)
            return
        self._finish(journal)

    def forget(self) -> None:
        """Leave the site as it was, after a build that failed; what it had begun to install is for the next one."""
        if (self._own / "journal.json").exists():
            return
        shutil.rmtree(self.staged, ignore_errors=True)

    def _finish(self, journal: Mapping[str, Any]) -> None:
        for path in filter(_is_within, _list(journal.get("move"))):
            staged = self.staged / path
            if staged.exists():
                self._plain_folders(path)
                staged.replace(self.folder / path)
        for path in filter(_is_within, _list(journal.get("remove"))):
            self._remove(path)
        _write(self._own / "mark.json", _dict(journal.get("mark")))
        (self._own / "journal.json").unlink(missing_ok=True)
        shutil.rmtree(self.staged, ignore_errors=True)

    def _remove(self, path: str) -> None:
        """Remove a file, and its folders where they are empty then; what lies behind a link is none of the site."""
        above = self._above(path)
        if any(one.is_symlink() for one in above):
            return
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            (self.folder / path).unlink()
        for folder in above:
            with suppress(OSError):
                folder.rmdir()

    def _above(self, path: str) -> list[Path]:
        """The folders of a file within the site, the innermost first."""
        return [self.folder / parent for parent in list(PurePosixPath(path).parents)[:-1]]

    def _plain_folders(self, path: str) -> None:
        """Make the folders of a file; a link that somebody has put in their place is no way out of the site."""
        for folder in reversed(self._above(path)):
            if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
                folder.unlink()
            folder.mkdir(exist_ok=True)


@contextmanager
def held(folder: Path, repository: Path) -> Iterator[SiteFolder]:
    """The folder for one build, made where it is not there yet.

    Raises LedgerError where it holds something that is not a site, or another build is running in it.
    """
    _require(folder, repository)
    was_there = folder.exists()
    with ExitStack() as stack:
        with _writing(folder):
            (folder / OWN).mkdir(parents=True, exist_ok=True)
        stack.callback(_leave_none, folder, was_there=was_there)
        with _writing(folder):
            _hold(stack, folder)
        site = SiteFolder(folder)
        with _writing(folder):
            site.recover()
        try:
            yield site
        except BaseException:
            site.forget()
            raise


def _hold(stack: ExitStack, folder: Path) -> None:
    """Take the folder's lock, which has the number of the process that holds it."""
    lock = folder / OWN / "lock"
    last = time.monotonic() + WAIT
    while not stack.enter_context(locks.tried(lock)):
        if time.monotonic() >= last:
            with suppress(OSError):
                number = lock.read_text("utf-8").strip()
                raise LedgerError(
                    f"another build is writing {folder}" + (f": process {number}" if number else ""),
                    hint="wait for it, or -o another folder",
                )
        time.sleep(0.1)
    lock.write_text(f"{os.getpid()}\n", "utf-8")


def _leave_none(folder: Path, *, was_there: bool) -> None:
    """A build that failed before there was a site leaves nothing."""
    with suppress(OSError):
        (folder / OWN).rmdir()
        if not was_there:
            folder.rmdir()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "-o DIR: a folder that can be written"
        raise LedgerError(f"cannot write {folder}: {error.strerror}", hint=hint) from None


def _require(folder: Path, repository: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise LedgerError(f"{folder} is not a folder", hint="-o DIR: a new or an empty folder")
    inside = folder.resolve()
    if inside == repository or OWN in inside.parts or (".git" in inside.parts and not _is_own(inside)):
        raise LedgerError(f"{folder} cannot hold a site", hint="-o DIR: a new or an empty folder, as -o site")
    link = next(_links(folder / OWN), None)
    if link is not None:
        raise LedgerError(f"{link} is a link: nothing is written through it", hint=f"rm {link}")
    if not folder.is_dir() or (folder / OWN / "mark.json").is_file() or (folder / OWN / "journal.json").is_file():
        return
    strange = [one.name for one in folder.iterdir() if one.name not in _OTHERS | {OWN}]
    if strange:
        raise LedgerError(
            f"{folder} holds something that is not a site: {sorted(strange)[0]}",
            hint="-o DIR: a new or an empty folder",
        )


def _links(folder: Path) -> Iterator[Path]:
    """The symbolic links in a builder's folder, which has none of its own: a site that git holds may bring some."""
    if folder.is_symlink():
        yield folder
        return
    for above, folders, files in os.walk(folder):
        yield from (one for name in (*folders, *files) if (one := Path(above, name)).is_symlink())


def _is_own(inside: Path) -> bool:
    """Whether it is one of those that the ledger keeps by itself, `StateDirectory.sites`."""
    return inside.parts[-3:-1] == ("ledger", "sites")


def _is_within(path: object) -> bool:
    """Whether it names a file that may be a site's."""
    parts = PurePosixPath(path).parts if isinstance(path, str) else ()
    return bool(parts) and ".." not in parts and parts[0] not in {"/", OWN, *_OTHERS}


def _is_page(found: object) -> bool:
    page = _dict(found)
    lists = [page.get(name) for name in ("others", "files", "absent")]
    strings = all(isinstance(of, list) and all(isinstance(one, str) for one in of) for of in lists)
    return strings and isinstance(page.get("key"), str)


def _dict(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write(path: Path, document: Mapping[str, Any]) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(json.dumps(document, indent=0, sort_keys=True) + "\n", "utf-8")
    partial.replace(path)
