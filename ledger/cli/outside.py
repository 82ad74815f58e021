"""What ends a command from outside, and is no mistake of anybody's here: a full disk, a kill, a limit of the system."""

from __future__ import annotations

import errno
import os

from ledger.errors import LedgerError

# git and the worker process say in their own words what the system told them
_FULL = ("No space left on device", "Out of diskspace", "Disk quota exceeded", "database or disk is full")
_LARGE = ("File too large",)
# SQLite, in DVC's own state, says no more
_DISK = ("disk I/O error",)
_TEMPORARY = ("No usable temporary directory",)
_FILES = ("Too many open files",)
_MEMORY = ("Cannot allocate memory", "Out of memory", "unable to create thread", "MemoryError")
# git, of its folder of objects
_OBJECTS = ("insufficient permission for adding an object", "to database")
_PROCESSES = ("Resource temporarily unavailable",)

_AGAIN = "try again: what has been recorded is safe"


def explained(error: Exception) -> LedgerError | None:
    """The error as its user can do something about it; None for a fault of ours."""
    number = error.errno if isinstance(error, OSError) else None
    said = str(error)

    def is_one(numbers: tuple[int, ...], words: tuple[str, ...]) -> bool:
        return number in numbers or any(text in said for text in words)

    if is_one((errno.ENOSPC, errno.EDQUOT), _FULL):
        return LedgerError("the disk is full", hint=f"make room, then {_AGAIN}")
    if is_one((errno.EFBIG,), _LARGE):
        return LedgerError("the file is larger than the system allows", hint=f"raise ulimit -f, then {_AGAIN}")
    if is_one((errno.EIO,), _DISK):
        hint = f"df -h says whether it is full, dmesg whether it fails, ulimit -f whether files may grow; then {_AGAIN}"
        return LedgerError("the disk cannot be read or written", hint=hint)
    if is_one((), _TEMPORARY):
        return LedgerError("no temporary file can be written", hint=f"TMPDIR=FOLDER names a place for them; {_AGAIN}")
    if is_one((errno.EMFILE, errno.ENFILE), _FILES):
        return LedgerError("too many files are open", hint=f"ulimit -n 4096, or lower -j, then {_AGAIN}")
    if isinstance(error, MemoryError) or is_one((errno.ENOMEM,), _MEMORY):
        return LedgerError("there is not enough memory", hint=f"end other programs or lower -j, then {_AGAIN}")
    if is_one((errno.EAGAIN,), _PROCESSES):
        return LedgerError("the system cannot start more processes", hint=f"end some or raise ulimit -u, then {_AGAIN}")
    if is_one((), _OBJECTS):
        hint = f"ls -l .git/objects shows whose it is and whether it is read-only; then {_AGAIN}"
        return LedgerError("git cannot write its objects", hint=hint)
    if isinstance(error, FileNotFoundError) and error.filename == "git":
        return LedgerError("there is no git on the PATH", hint="install git, or add its folder to PATH")
    killed = getattr(error, "killed", None)
    if killed is not None:
        return LedgerError(f"{killed} was killed", hint=f"by hand, or by the system for lack of memory; {_AGAIN}")
    if isinstance(error, OSError) and number in (errno.EACCES, errno.EPERM, errno.EROFS) and error.filename:
        hint = "ledger writes below the git directory and, where a branch is checked out, into its work tree"
        return LedgerError(f"{os.fsdecode(error.filename)}: {error.strerror}", hint=hint)
    return None
