"""Writing an object as git does: a compressed file named by its content, on the disk before anything points to it."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from ledger.git.entries import Entry
from ledger.git.process import ATTEMPTS


def write(objects: Path, kind: str, data: bytes) -> str:
    """The id of an object with this content, which is in the folder `objects` now.

    As `write_loose_object` in git's `object-file.c`, with `core.fsync=loose-object`. Raises OSError where the object
    cannot be written; then nothing but a temporary file that `git gc` knows may be left.
    """
    content = f"{kind} {len(data)}\0".encode() + data
    # the name of the object, no secret: also where a system allows no SHA-1 for those
    oid = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    path = objects / oid[:2] / oid[2:]
    try:
        # what git would prune as old and unreachable is young again
        os.utime(path)
    except FileNotFoundError:
        _put(path, content)
    except PermissionError:
        # it is there, and another user's
        pass
    return oid


def _put(path: Path, content: bytes) -> None:
    packed = zlib.compress(content, 1)
    # `git gc` may take an empty folder away between the moment it is made and the moment a file is put into it
    for left in reversed(range(ATTEMPTS)):
        with suppress(FileExistsError):
            path.parent.mkdir()
        # the name by which `git prune` knows what was left behind
        temporary = path.with_name(f"tmp_obj_{os.getpid()}_{os.urandom(6).hex()}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        except FileNotFoundError:
            if not left:
                raise
            continue
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(packed)
                file.flush()
                os.fsync(descriptor)
            temporary.rename(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return


def tree(entries: Mapping[str, Entry]) -> bytes:
    """The content of a tree with these entries, in git's order: that of bytes, folders as if their names ended in /."""
    lines = sorted(
        (os.fsencode(name) + b"/" if entry.is_tree else os.fsencode(name), os.fsencode(name), entry)
        for name, entry in entries.items()
    )
    return b"".join(
        entry.mode.lstrip("0").encode() + b" " + name + b"\0" + bytes.fromhex(entry.oid) for _, name, entry in lines
    )


def commit(tree: str, parents: Iterable[str], message: bytes, *, author: str, committer: str) -> bytes:
    """The content of a commit; `author` and `committer` are `Name <mail>` with a date, as a header has them."""
    # git takes none twice
    named = "".join(f"parent {parent}\n" for parent in dict.fromkeys(parents))
    return os.fsencode(f"tree {tree}\n{named}author {author}\ncommitter {committer}\n\n") + message
