"""DVC's caches as folders: what they hold, and putting what one holds into another."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ledger.model.formats import yaml12
from ledger.model.pipeline import inside

DIGEST = re.compile(r"[0-9a-f]{32}(\.dir)?")

# a name with more to it is of a file that DVC is still writing
_OBJECT = re.compile(r"[0-9a-f]{30}(\.dir)?")


def bring(own: Path, to: Path) -> None:
    """Put what a cache holds into another too: by hard links where both are on one file system, else by copies."""
    for prefix in own.glob("files/md5/??"):
        target = to / "files" / "md5" / prefix.name
        known = _names(target) if target.is_dir() else set()
        lacking = sorted(name for name in _names(prefix) - known if _OBJECT.fullmatch(name))
        if lacking:
            target.mkdir(parents=True, exist_ok=True)
        for name in lacking:
            _link(prefix / name, target / name)


def lacks(cache: Path, digest: str) -> bool:
    """Whether a cache does not hold an object, or, of a folder, one of the files in it."""
    at = _find(cache, digest)
    if at is None or not digest.endswith(".dir"):
        return at is None
    try:
        return any(_find(cache, str(entry["md5"])) is None for entry in json.loads(at.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return True


def places(cache: Path, digest: str) -> tuple[Path, ...]:
    """Where a cache may hold an object; nowhere for what is no md5 of DVC's."""
    if not DIGEST.fullmatch(digest):
        return ()
    # before its version 3 DVC had its objects at the top
    return tuple(folder / digest[:2] / digest[2:] for folder in (cache / "files" / "md5", cache))


@lru_cache(maxsize=64)
def runs_that_made(cache: Path, digest: str) -> tuple[dict[str, Any], ...]:
    """The lock entries that DVC's run cache has of stages with an output of that md5.

    Looked for once a process: the trials of a run ask for the same few.
    """
    found = []
    for path in cache.glob("runs/??/*/*"):
        try:
            data = path.read_bytes()
            entry = yaml12.loads(data.decode()) if digest.encode() in data else None
        except (OSError, UnicodeDecodeError, yaml12.YamlError):
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return tuple(found)


def digest_at(
    path: str, made: Mapping[str, str | None], listing: Callable[[str], Mapping[str, str] | None]
) -> str | None:
    """The md5 of an output, or of a file in an output folder; None where it is not known.

    `made` are the outputs' md5s by path; `listing` gives those of a folder's files by their path in it.
    """
    if made.get(path) is not None:
        return made[path]
    for folder, digest in made.items():
        if digest is not None and digest.endswith(".dir") and inside(path, folder):
            found = (listing(digest) or {}).get(path.removeprefix(f"{folder}/"))
            if found is not None:
                return found
    return None


def _find(cache: Path, digest: str) -> Path | None:
    return next((path for path in places(cache, digest) if path.exists()), None)


def _names(folder: Path) -> set[str]:
    with os.scandir(folder) as entries:
        return {entry.name for entry in entries}


def _link(source: Path, target: Path) -> None:
    try:
        # a symbolic link is followed: what it names is what the cache holds
        target.hardlink_to(source.resolve())
    except FileExistsError:
        return
    except OSError:
        descriptor, partial = tempfile.mkstemp(dir=target.parent)
        os.close(descriptor)
        shutil.copyfile(source, partial)
        shutil.copymode(source, partial)
        Path(partial).replace(target)
