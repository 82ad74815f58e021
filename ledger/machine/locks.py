"""Locks on files: the kernel gives them up with the process, so that none is ever stale.

All but those of `taken` are files that are there only while somebody holds them.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def waited_for(path: Path, waits: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock, however long that takes; `waits` is called once where somebody else has it."""
    descriptor = _hold(path, wait=False)
    if descriptor is None:
        if waits is not None:
            waits()
        descriptor = _hold(path, wait=True)
    assert descriptor is not None
    try:
        yield
    finally:
        _give_up(path, descriptor)


@contextmanager
def tried(path: Path) -> Iterator[bool]:
    """Hold the lock if nobody else does; whether it is ours."""
    descriptor = _hold(path, wait=False)
    if descriptor is None:
        yield False
        return
    try:
        yield True
    finally:
        _give_up(path, descriptor)


def sweep(folder: Path) -> None:
    """Remove the locks below a folder that nobody holds: those of processes that were killed."""
    for path in folder.rglob("*"):
        if path.is_file():
            with tried(path):
                pass


def taken(descriptor: int, *, wait: bool = False) -> bool:
    """Take the lock of an open file, for as long as any process has it open so; False where somebody else has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Whether some process holds the lock."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _hold(path: Path, *, wait: bool) -> int | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            if not taken(descriptor, wait=wait):
                os.close(descriptor)
                return None
        except BaseException:
            os.close(descriptor)
            raise
        if _is_at(descriptor, path):
            return descriptor
        # whoever held it before has taken the file away
        os.close(descriptor)


def _give_up(path: Path, descriptor: int) -> None:
    path.unlink(missing_ok=True)
    os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    mine = os.fstat(descriptor)
    return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)
