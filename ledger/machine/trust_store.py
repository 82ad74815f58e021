"""What this user trusts to run on this machine, beside all repositories: `$XDG_STATE_HOME/ledger/trusted`.

`states/` has a file for each executed state, `remotes/` one for each remote by its URL, and `made-here/` lists commits
that were found to have been made here, since reflogs expire. What others could have written there counts for nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from ledger.errors import LedgerError
from ledger.model.frozen import frozen


@frozen
class TrustedState:
    """A state that its user has confirmed: of which experiment or revision, at which commit, and when."""

    name: str
    commit: str
    when: datetime


@frozen
class TrustStore:
    """The store in one folder, which need not be there yet."""

    folder: Path

    def holds(self, digest: str) -> bool:
        """Whether the user has confirmed the executed state."""
        return _is_own(self.folder) and _is_own(self._states) and _is_own(self._states / digest)

    def add(self, digest: str, state: TrustedState) -> None:
        """Keep that the user has confirmed a state. Raises LedgerError where that cannot be kept."""
        told = {"name": state.name, "commit": state.commit, "when": state.when.isoformat(timespec="seconds")}
        self._write(self._states / digest, json.dumps(told) + "\n")

    def remove(self, digest: str) -> bool:
        """Forget a state; False where it was not confirmed. Raises LedgerError where it stays."""
        return _removed(self._states / digest)

    def latest(self, name: str) -> Iterator[TrustedState]:
        """The states of an experiment that were confirmed, the last one first."""
        found = []
        for path in self._states.glob("*") if _is_own(self._states) else ():
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                told = json.loads(path.read_text("utf-8")) if name in _names(path) else None
                if told is not None:
                    when = datetime.fromisoformat(told["when"])
                    found.append(TrustedState(name=name, commit=str(told["commit"]), when=when))
        yield from sorted(found, key=lambda one: one.when, reverse=True)

    def remove_all(self, name: str) -> list[str]:
        """Forget all states of an experiment; returns their digests."""
        found = [path for path in self._states.glob("*") if name in _names(path)]
        return [path.name for path in found if _removed(path)]

    # --- remotes

    def holds_remote(self, url: str) -> bool:
        """Whether all that is on the branches of the remote with this URL is trusted."""
        path = self._remote(url)
        return _is_own(self.folder) and _is_own(path.parent) and _is_own(path)

    def add_remote(self, url: str) -> None:
        """Trust a remote. Raises LedgerError where that cannot be kept."""
        self._write(self._remote(url), url + "\n")

    def remove_remote(self, url: str) -> bool:
        """Trust a remote no longer; False where it was not trusted."""
        return _removed(self._remote(url))

    # --- commits made here

    def made_here(self, commit: str) -> bool:
        """Whether the commit was found to have been made here."""
        path = self._made_here(commit)
        if not (_is_own(self.folder) and _is_own(path.parent) and _is_own(path)):
            return False
        try:
            return commit in path.read_text("ascii", errors="replace").split("\n")
        except OSError:
            return False

    def remember(self, commits: Iterable[str]) -> None:
        """Keep that commits were made here; where that cannot be kept, reflogs are asked again."""
        for commit in commits:
            path = self._made_here(commit)
            with contextlib.suppress(OSError, LedgerError):
                self._folder(path.parent)
                with os.fdopen(
                    os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600), "ab"
                ) as to:
                    to.write(f"{commit}\n".encode())

    def forget(self, commits: Iterable[str]) -> None:
        """Keep it no longer."""
        for commit in commits:
            path = self._made_here(commit)
            if self.made_here(commit):
                kept = [line for line in path.read_text("ascii", errors="replace").split("\n") if line != commit]
                self._write(path, "\n".join(kept))

    # --- files

    @property
    def _states(self) -> Path:
        return self.folder / "states"

    def _remote(self, url: str) -> Path:
        return self.folder / "remotes" / hashlib.sha256(os.fsencode(url)).hexdigest()

    def _made_here(self, commit: str) -> Path:
        return self.folder / "made-here" / commit[:2]

    def _folder(self, path: Path) -> None:
        for folder in (self.folder, path):
            # one by one: folders above the last have the rights that the umask leaves to others
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_own(folder):
                raise LedgerError(
                    f"others can write to {folder}, so nothing in it is trusted",
                    hint=f"chmod go-w {folder}, or remove it",
                )

    def _write(self, path: Path, text: str) -> None:
        partial = path.with_suffix(f".{os.getpid()}")
        try:
            self._folder(path.parent)
            partial.unlink(missing_ok=True)
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(os.fsencode(text))
            partial.replace(path)
        except OSError as error:
            raise LedgerError(
                f"trust cannot be stored in {self.folder}: {error.strerror}",
                hint="XDG_STATE_HOME names the folder above it; nothing is trusted that was not before",
            ) from None


def _is_own(path: Path) -> bool:
    """Whether a file or folder is there, is not a link, is this user's, and is written to by nobody else."""
    try:
        status = path.lstat()
    except OSError:
        return False
    plain = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
    return plain and status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _names(path: Path) -> tuple[str, ...]:
    """What a file of a state says it is of."""
    try:
        return (json.loads(path.read_text("utf-8"))["name"],) if _is_own(path) else ()
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise LedgerError(f"{path} cannot be removed, so it stays trusted: {error.strerror}") from None
    return True


def trust_store(environment: Mapping[str, str]) -> TrustStore:
    """The store of this user."""
    # as the specification of base directories says: a relative path counts for nothing
    named = Path(environment.get("XDG_STATE_HOME") or "")
    state = named if named.is_absolute() else Path(environment.get("HOME") or Path.home()) / ".local" / "state"
    return TrustStore(folder=state / "ledger" / "trusted")
