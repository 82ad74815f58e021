"""Reads DVC's caches, and remotes that are folders, by md5. DVC itself is not asked, nor imported."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from ledger.dvc import config, manifests
from ledger.git.git import Git
from ledger.model.pipeline import inside

DIGEST = re.compile(r"[0-9a-f]{32}(\.dir)?")

# larger files are compared by their size alone
MAX_HASHED = 100_000_000


class ObjectState(StrEnum):
    """What is found of an object: `CORRUPT` where its content is not what its name says."""

    PRESENT = "present"
    CORRUPT = "corrupt"
    ABSENT = "absent"


class Store:
    """The objects in some folders; each is looked at once."""

    def __init__(self, folders: Callable[[], Iterable[Path]]) -> None:
        # a function, since finding the folders costs more than most commands need
        self._find = folders
        self._states: dict[str, ObjectState] = {}
        self._listings: dict[str, dict[str, str] | None] = {}
        # the versions of a data set have most of their files in common
        self._there: set[str] = set()
        self.absent: set[str] = set()
        """The objects that were to be read and are not here."""

    @cached_property
    def _folders(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(self._find()))

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        return tuple(f"{folder}/{below}" for folder in self._folders for below in ("files/md5/", ""))

    def state(self, digest: str, size: int | None) -> ObjectState:
        """Whether an object is here with the content that its name says; `size` is compared where it is large."""
        if digest not in self._states:
            found = self._paths(digest)
            whole = any(_whole(path, digest, size) for path in found)
            self._states[digest] = (
                ObjectState.PRESENT if whole else ObjectState.CORRUPT if found else ObjectState.ABSENT
            )
        return self._states[digest]

    def holder(self, digest: str) -> Path | None:
        """The first folder that holds an object, whole or not: caches come before remotes."""
        held = (at for at in self._folders if any(path.is_file() for path in places(at, digest)))
        return next(held, None)

    def path(self, digest: str) -> Path | None:
        """The first file that holds an object, whole or not, None where none does."""
        return next(iter(self._paths(digest)), None)

    def lacks(self, digest: str) -> bool:
        """Whether an object is not here, or, of a folder, its manifest or one of its files. Content is not checked."""
        if not self._is_there(digest):
            return True
        members = self.listing(digest) if digest.endswith(manifests.SUFFIX) else {}
        return members is None or not all(map(self._is_there, members.values()))

    def listing(self, digest: str) -> dict[str, str] | None:
        """The md5s in a folder by their path there, None where its manifest is not here or unreadable."""
        if digest not in self._listings:
            data = self.read(digest)
            self._listings[digest] = None if data is None else manifests.parse(data)
        return self._listings[digest]

    def members(self, path: str, digest: str) -> dict[str, str]:
        """The files of an output with their md5s: itself, or those of a folder as far as its manifest is here."""
        if not digest.endswith(manifests.SUFFIX):
            return {path: digest}
        return {f"{path}/{name}": md5 for name, md5 in (self.listing(digest) or {}).items()}

    def read(self, digest: str) -> bytes | None:
        """The content of an object, None where it is not here."""
        for path in self._paths(digest):
            try:
                return path.read_bytes()
            except OSError:
                continue
        self.absent.add(digest)
        return None

    def size(self, digests: Iterable[str]) -> int | None:
        """The bytes of objects together; None where one is not here. Many are asked for, so no `Path` is made."""
        total = 0
        for digest in digests:
            for pattern in self._patterns:
                try:
                    total += os.stat(f"{pattern}{digest[:2]}/{digest[2:]}").st_size  # noqa: PTH116
                    break
                except OSError:
                    continue
            else:
                return None
        return total

    def sound(self, digest: str) -> bytes | None:
        """The same where the content is what the name says."""
        return self.read(digest) if self.state(digest, None) is ObjectState.PRESENT else None

    def digest_at(self, path: str, made: Mapping[str, str | None]) -> str | None:
        """The md5 of an output, or of a file in an output folder; None where it is not known.

        `made` are the md5s of the outputs by path.
        """
        if made.get(path) is not None:
            return made[path]
        for folder, digest in made.items():
            if digest is not None and digest.endswith(manifests.SUFFIX) and inside(path, folder):
                found = (self.listing(digest) or {}).get(path.removeprefix(f"{folder}/"))
                if found is not None:
                    return found
        return None

    def text_at(self, path: str, made: Mapping[str, str | None]) -> str | None:
        """The content of an output, or of a file in an output folder, as text; None where it is not here."""
        digest = self.digest_at(path, made)
        data = None if digest is None else self.read(digest)
        return None if data is None else data.decode("utf-8", errors="replace")

    def _is_there(self, digest: str) -> bool:
        if digest not in self._there and self._paths(digest):
            self._there.add(digest)
        return digest in self._there

    def _paths(self, digest: str) -> list[Path]:
        if not DIGEST.fullmatch(digest):
            return []
        return [path for folder in self._folders for path in places(folder, digest) if path.is_file()]


def store_of(git: Git) -> Store:
    """The caches of a repository, and its remotes that are folders."""

    def folders() -> list[Path]:
        remotes = [at for _, at in config.remotes(git) if at is not None and at.is_dir()]
        return [*config.caches(git), *remotes]

    return Store(folders)


def places(cache: Path, digest: str) -> tuple[Path, Path]:
    """Where a cache may hold an object: before its version 3 DVC had its objects at the top."""
    return cache / "files" / "md5" / digest[:2] / digest[2:], cache / digest[:2] / digest[2:]


def is_there(cache: Path, digest: str) -> bool:
    """Whether a cache holds an object with the content that its name says."""
    return any(path.is_file() and _whole(path, digest, None) for path in places(cache, digest))


def _whole(path: Path, digest: str, size: int | None) -> bool:
    """Whether a file holds what its name says; a large one is only measured."""
    name = digest.removesuffix(manifests.SUFFIX)
    try:
        length = path.stat().st_size
        if length > MAX_HASHED and name == digest:
            return size is None or length == size
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "md5").hexdigest()
        if found == name:
            return True
        # before its version 3 DVC hashed texts with the line ends of Unix
        unix = hashlib.md5(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        return path.parent.parent.name != "md5" and unix == name
    except OSError:
        return False
