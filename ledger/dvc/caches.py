"""DVC's caches as folders: putting what one holds into another, and what its run cache knows."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from ledger.model.formats import yaml12

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
            link(prefix / name, target / name)


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


def _names(folder: Path) -> set[str]:
    with os.scandir(folder) as entries:
        return {entry.name for entry in entries}


def link(source: Path, target: Path) -> None:
    """Give a file another name: by a hard link, else by a copy, which is whole when it gets the name."""
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
