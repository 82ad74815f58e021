"""Checkpoints in DVC's caches and local remotes: whether they are there, and whole. DVC itself is not asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from ledger.analysis.findings import DATA, Finding
from ledger.dvc import caches
from ledger.dvc import config as dvc_config
from ledger.model.experiment import Experiment
from ledger.model.formats.lockfile import Pinned
from ledger.model.listing import are
from ledger.repo.ledger import Ledger

# larger files are compared by their size alone
MAX_HASHED = 100_000_000

PRESENT = "present"
CORRUPT = "corrupt"
ABSENT = "absent"


class Checkpoints:
    """The objects that DVC keeps for a ledger, by md5; each is looked at once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._states: dict[str, str] = {}
        self._listings: dict[str, dict[str, str] | None] = {}

    @cached_property
    def remotes(self) -> tuple[str, ...]:
        """The names of the remotes that DVC's configuration in this work tree has."""
        return tuple(dict.fromkeys(name for name, _ in self._configured))

    def state(self, digest: str, size: int | None) -> str:
        """Whether an object is here with the content that its name says: present, corrupt or absent."""
        if digest not in self._states:
            self._states[digest] = self._state(digest, size)
        return self._states[digest]

    def listing(self, digest: str) -> dict[str, str] | None:
        """The md5s in a directory by their path there, None where its listing is not here or unreadable."""
        if digest not in self._listings:
            data = self.read(digest)
            try:
                entries = json.loads(data) if data is not None else None
                self._listings[digest] = (
                    None if entries is None else {str(e["relpath"]): str(e.get("md5")) for e in entries}
                )
            except (ValueError, KeyError, TypeError, AttributeError):
                self._listings[digest] = None
        return self._listings[digest]

    def read(self, digest: str) -> bytes | None:
        """The content of an object, None where it is not here."""
        for path in self._paths(digest):
            try:
                return path.read_bytes()
            except OSError:
                continue
        return None

    def _state(self, digest: str, size: int | None) -> str:
        found = [path for path in self._paths(digest) if path.is_file()]
        if not found:
            return ABSENT
        return PRESENT if any(_whole(path, digest, size) for path in found) else CORRUPT

    def _paths(self, digest: str) -> list[Path]:
        return [path for at in self._places for path in caches.places(at, digest)]

    @cached_property
    def _places(self) -> tuple[Path, ...]:
        git = self._ledger.git
        return (*dvc_config.caches(git), *(at for _, at in self._configured if at is not None and at.is_dir()))

    @cached_property
    def _configured(self) -> tuple[tuple[str, Path | None], ...]:
        return dvc_config.remotes(self._ledger.git)


def lacking(kept: Checkpoints, experiment: Experiment) -> Iterator[Finding]:
    """The recorded outputs, and the inputs that DVC tracks, which no cache here holds whole."""
    named = ", ".join(kept.remotes)
    where = f"a remote may have what is missing ({named}): dvc fetch" if named else "nowhere here, and no remote is set"
    for record in experiment.trials:
        trial = record.trial
        for path, pin in [*trial.outs.items(), *trial.data.items()]:
            if pin.md5 is None or not caches.DIGEST.fullmatch(pin.md5):
                # without an md5: a remote file that DVC names by the remote's own mark
                continue
            states: dict[str, list[str]] = {}
            for name, digest, size in _members(kept, path, pin):
                states.setdefault(kept.state(digest, size), []).append(f"{name} ({digest})")
            if CORRUPT in states:
                message = f"{are(sorted(states[CORRUPT]), 3)} in the cache, but not with the content that the name says"
                yield Finding(check=DATA, trial=trial.id, message=message)
            if ABSENT in states:
                message = f"{are(sorted(states[ABSENT]), 3)} not in the cache; {where}"
                yield Finding(check=DATA, trial=trial.id, message=message, problem=False)


def _members(kept: Checkpoints, path: str, pin: Pinned) -> Iterator[tuple[str, str, int | None]]:
    """A checkpoint, and where it is a folder the files in it: path, md5, size where that is known."""
    assert pin.md5 is not None
    is_folder = pin.md5.endswith(".dir")
    yield path, pin.md5, None if is_folder else pin.size
    for name, digest in ((kept.listing(pin.md5) or {}) if is_folder else {}).items():
        yield f"{path}/{name}", digest, None


def _whole(path: Path, digest: str, size: int | None) -> bool:
    """Whether a file holds what its name says; a large one is only measured."""
    try:
        length = path.stat().st_size
        if length > MAX_HASHED and not digest.endswith(".dir"):
            return size is None or length == size
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "md5").hexdigest()
        if found == digest.removesuffix(".dir"):
            return True
        # before its version 3 DVC hashed texts with the line ends of Unix
        unix = hashlib.md5(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        return path.parent.parent.name != "md5" and unix == digest.removesuffix(".dir")
    except OSError:
        return False


def listing_digest(members: Mapping[str, str]) -> str:
    """The md5 that DVC gives a directory of these files: over sorted JSON of its members, `.dir` behind it."""
    entries = [{"md5": md5, "relpath": path} for path, md5 in sorted(members.items())]
    return hashlib.md5(json.dumps(entries, sort_keys=True).encode()).hexdigest() + ".dir"
