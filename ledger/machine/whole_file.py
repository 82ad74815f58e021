"""A file that a user has asked for: written whole or not at all, at exactly that place."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

# a folder that may be passed through need not be one that may be read
_FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW | getattr(os, "O_PATH", os.O_RDONLY)


def write(content: bytes, target: Path, below: Path) -> None:
    """Write a file; what was there before stays until all is written.

    `target` leads through no symbolic link: one that has come to be, there or at a folder of it below `below`, is not
    followed. Raises OSError where it cannot be written.
    """
    folder = _folder(target.parent, below)
    try:
        mode = _mode(target.name, folder)
        # a name that nobody can have put a link at
        partial = f".ledger-{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            with os.fdopen(os.open(partial, flags, 0o666, dir_fd=folder), "wb") as stream:
                stream.write(content)
                if mode is not None:
                    os.fchmod(stream.fileno(), mode)
            os.replace(partial, target.name, src_dir_fd=folder, dst_dir_fd=folder)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(partial, dir_fd=folder)
    finally:
        os.close(folder)


def pour(content: bytes, target: Path) -> None:
    """Write into a pipe or a device, which takes what comes. Raises OSError where it is a file."""
    with os.fdopen(os.open(target, os.O_WRONLY), "wb") as stream:
        if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise FileExistsError(0, "it has become a file", str(target))
        stream.write(content)


def _folder(folder: Path, below: Path) -> int:
    inside = folder.is_relative_to(below)
    at = os.open(below if inside else folder, os.O_DIRECTORY | getattr(os, "O_PATH", os.O_RDONLY))
    for name in folder.relative_to(below).parts if inside else ():
        try:
            deeper = os.open(name, _FOLDER, dir_fd=at)
        finally:
            os.close(at)
        at = deeper
    return at


def _mode(name: str, folder: int) -> int | None:
    """The permissions of the file that is to be replaced, None where there is none."""
    try:
        there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    return stat.S_IMODE(there.st_mode) if stat.S_ISREG(there.st_mode) else None
