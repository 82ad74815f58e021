"""The folder that a site lies in: whether it may be written, and how all of it changes at once.

What a build writes is staged in a folder of its own below. When all of it is there a journal names what is to be moved
to its place and what is to go: whoever opens the folder next finishes what was cut off, so that a site is the old one
until then, and the new one from then on.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from ledger.errors import LedgerError
from ledger.machine import locks

OWN: Final = ".ledger-site"
"""The folder in a site's that is its builder's; where it is, the folder is a site's."""

FORMAT: Final = 1

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
        try:
            found = json.loads((self._own / "mark.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) and found.get("format") == FORMAT else {}

    def stage(self, path: str, content: bytes) -> bool:
        """Keep a file for the site to come; False where the site has it so already."""
        held = self.folder / path
        if _is_plain(held) and held.stat().st_size == len(content) and held.read_bytes() == content:
            return False
        staged = self.staged / path
        with _writing(self.folder):
            staged.parent.mkdir(parents=True, exist_ok=True)
            staged.write_bytes(content)
        return True

    def install(self, staged: Sequence[str], gone: Sequence[str], mark: Mapping[str, Any]) -> None:
        """Put what was staged in its place in this order, then remove what is gone.

        `mark` is what the next build is to know.
        """
        journal = {"move": list(staged), "remove": list(gone), "mark": {**mark, "format": FORMAT}}
        with _writing(self.folder):
            _write(self._own / "journal.json", journal)
            self._finish(journal)

    # --- from one site to the next

    def recover(self) -> None:
        """Finish what a build had begun to install; forget what it had only staged."""
        try:
            journal = json.loads((self._own / "journal.json").read_bytes())
        except FileNotFoundError:
            shutil.rmtree(self.staged, ignore_errors=True)
            return
        self._finish(journal)

    def _finish(self, journal: Mapping[str, Any]) -> None:
        for path in journal["move"]:
            staged, held = self.staged / path, self.folder / path
            if staged.exists():
                self._plain_folders(path)
                staged.replace(held)
        for path in journal["remove"]:
            held = self.folder / path
            held.unlink(missing_ok=True)
            for parent in list(held.relative_to(self.folder).parents)[:-1]:
                if not any((self.folder / parent).iterdir()):
                    (self.folder / parent).rmdir()
        _write(self._own / "mark.json", journal["mark"])
        (self._own / "journal.json").unlink(missing_ok=True)
        shutil.rmtree(self.staged, ignore_errors=True)

    def _plain_folders(self, path: str) -> None:
        """Make the folders of a file; a link that somebody has put in their place is no way out of the site."""
        for parent in reversed(list(Path(path).parents)[:-1]):
            folder = self.folder / parent
            if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
                folder.unlink()
            folder.mkdir(exist_ok=True)


@contextmanager
def held(folder: Path, repository: Path) -> Iterator[SiteFolder]:
    """The folder for one build, made where it is not there yet.

    Raises LedgerError where it holds something that is no site, or another build is at work in it.
    """
    _require(folder, repository)
    with ExitStack() as stack:
        with _writing(folder):
            (folder / OWN).mkdir(parents=True, exist_ok=True)
            ours = stack.enter_context(locks.tried(folder / OWN / "lock"))
        if not ours:
            raise LedgerError(f"another build is writing {folder}", hint="wait for it, or -o another folder")
        site = SiteFolder(folder)
        with _writing(folder):
            site.recover()
        yield site


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "-o DIR: a folder that can be written"
        raise LedgerError(f"cannot write {folder}: {error.strerror}", hint=hint) from None


def _require(folder: Path, repository: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise LedgerError(f"{folder} is not a folder", hint="-o DIR")
    inside = folder.resolve()
    if inside == repository or (".git" in inside.parts and not _is_own(inside)):
        raise LedgerError(f"{folder} is no place for a site", hint="-o DIR: a new or an empty folder, as -o site")
    if not folder.is_dir() or (folder / OWN / "mark.json").is_file() or (folder / OWN / "journal.json").is_file():
        return
    strange = [one.name for one in folder.iterdir() if one.name not in _OTHERS | {OWN}]
    if strange:
        raise LedgerError(
            f"{folder} holds something that is not a site: {sorted(strange)[0]}",
            hint="-o DIR: a new or an empty folder",
        )


def _is_own(inside: Path) -> bool:
    """Whether it is one of those that the ledger keeps by itself, `StateDirectory.sites`."""
    return inside.parts[-3:-1] == ("ledger", "sites")


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _write(path: Path, document: Mapping[str, Any]) -> None:
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps(document, indent=0, sort_keys=True) + "\n", "utf-8")
    partial.replace(path)
