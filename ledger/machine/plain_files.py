"""Files of a work tree that a branch may have brought: read and written where they are plain, never through a link."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from ledger.errors import LedgerError


def text_of(root: Path, path: str) -> str:
    """The text of a plain file at a path below `root`.

    Raises OSError as `content_of` does, and UnicodeDecodeError where it is not UTF-8.
    """
    return content_of(root, path).decode("utf-8")


def content_of(root: Path, path: str) -> bytes:
    """What a plain file at a path below `root` holds.

    Raises OSError where there is none: ELOOP where the path leads through a symbolic link, or ends at one, and EINVAL
    where it is a pipe, a device or a folder. Nobody is waited for.
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
        return stream.read()


def to_be_written(root: Path, path: str) -> bytes | None:
    """What the file holds that is to be written at a path below `root`, None where it is not there.

    Raises LedgerError where it could not be written, or would be written elsewhere.
    """
    place, folders = root / path, list((root / path).relative_to(root).parents)[:-1]
    if not place.resolve().is_relative_to(root.resolve()):
        raise LedgerError(f"{path} leads out of the repository by a symbolic link", hint="remove the link")
    link = next((one for one in (place, *(root / folder for folder in folders)) if one.is_symlink()), None)
    if link is not None:
        # it may lead to parameters or code
        raise LedgerError(
            f"{link.relative_to(root)} is a symbolic link: nothing is written through it", hint=f"rm {link}"
        )
    in_the_way = [folder for folder in folders if (root / folder).exists() and not (root / folder).is_dir()]
    if in_the_way or (place.exists() and not place.is_file()):
        raise LedgerError(f"{in_the_way[0] if in_the_way else path} is in the way of {path}", hint="move it away")
    return place.read_bytes() if place.is_file() else None


def _opened(name: str, flags: int, at: int) -> int:
    try:
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | flags, dir_fd=at)
    except NotADirectoryError:
        # so Linux says of a link where a folder is wanted
        if stat.S_ISLNK(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name) from None
        raise
