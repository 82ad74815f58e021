"""Plain files of a work tree as git would add them, without an index: a repository may hold thousands of others."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from ledger.git.entries import Entry, Mode, plain_file
from ledger.git.git import DURABLE, Git


def added(git: Git, root: Path, paths: Sequence[str], before: Mapping[str, Entry]) -> dict[str, Entry | None] | None:
    """What stands at paths of the work tree `root` now, written as objects; None at a path whose file is gone.

    `before` are the files that git has there. None instead of all where an index alone knows what to write: of links,
    of modes other than the usual, of submodules, of line ends that git leaves to what it has, and of names that cannot
    be asked for a line each.
    """
    there = {path: _is_there(root, path, before.get(path)) for path in paths}
    if None in there.values():
        return None
    files = [path for path, found in there.items() if found]
    listed = os.fsencode("".join(f"{path}\n" for path in files))
    told = git.run(*DURABLE, "hash-object", "-w", "--stdin-paths", stdin=listed, cwd=root) if files else b""
    written = dict(zip(files, told.decode().split(), strict=True))
    return {
        path: plain_file(written[path]) if path in written else None
        for path in there
        # where a file stands instead of a folder, nothing is left to remove below it
        if not any(str(folder) in written for folder in PurePosixPath(path).parents)
    }


def _is_there(root: Path, path: str, before: Entry | None) -> bool | None:
    """Whether a plain file stands there, or nothing does; None where it is neither."""
    folders = [root / folder for folder in PurePosixPath(path).parents[:-1]]
    if (
        "\n" in path
        or "\r" in path
        or path.startswith('"')
        or path.endswith("/")
        or (before is not None and before.mode != Mode.FILE)
        or any(folder.is_symlink() for folder in folders)
    ):
        return None
    try:
        found = (root / path).lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    if not stat.S_ISREG(found) or found & stat.S_IXUSR or b"\r" in (root / path).read_bytes():
        return None
    return True
