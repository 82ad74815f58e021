"""Files of a work tree that a branch may have brought: read where they are plain, and never through a link."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def text_of(root: Path, path: str) -> str:
    """The text of a plain file at a path below `root`.

    Raises OSError where there is none: ELOOP where the path leads through a symbolic link, or ends at one, and EINVAL
    where it is a pipe, a device or a folder. Nobody is waited for. Raises UnicodeDecodeError where it is not UTF-8.
    """
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    *folders, name = path.split("/")
    try:
        for folder in folders:
            below = _opened(folder, os.O_DIRECTORY, at)
            os.close(at)
            at = below
        file = _opened(name, os.O_NONBLOCK, at)
    finally:
        os.close(at)
    with os.fdopen(file, "rb") as stream:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
        return stream.read().decode("utf-8")


def _opened(name: str, flags: int, at: int) -> int:
    try:
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | flags, dir_fd=at)
    except NotADirectoryError:
        # so Linux says of a link where a folder is wanted
        if stat.S_ISLNK(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name) from None
        raise
