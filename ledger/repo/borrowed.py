"""Inputs in the user's work tree that neither git nor DVC holds: what they contain, and how a slot gets them.

Those are the paths that `ledger.yaml` lists under `copy`, and dependencies that are, or lie behind, a symbolic link
which git does not hold (`data/raw -> /scratch/images`). A link is linked again, never copied.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from ledger.errors import LedgerError
from ledger.git.entries import Entry
from ledger.model.pipeline import inside

# the ioctl by which Linux file systems share the blocks of two files (`cp --reflink`)
_FICLONE = 0x40049409

# a file that changed this recently may change again without its time of change telling, in seconds
_RACY = 2.0


def link_above(root: Path, path: str, held: Collection[str]) -> str | None:
    """The symbolic link at or above a path below `root` which git does not hold (`held`); None where there is none."""
    if not _is_below(path):
        return None
    for above in [*reversed(PurePosixPath(path).parents), PurePosixPath(path)]:
        name = above.as_posix()
        if name != "." and (root / name).is_symlink():
            return None if name in held else name
    return None


def stays_inside(path: str, held: Mapping[str, Entry]) -> bool:
    """Whether a path leads to no other place than one below the root, as far as the files that git holds go.

    A branch may hold a link to anywhere, and name what is behind it: that is not read.
    """
    above = (folder.as_posix() for folder in (PurePosixPath(path), *PurePosixPath(path).parents))
    return _is_below(path) and not any(name in held and held[name].is_link for name in above)


def _is_below(path: str) -> bool:
    """Whether a path is one below the root, and leads nowhere else."""
    parts = PurePosixPath(path)
    return not parts.is_absolute() and ".." not in parts.parts and "://" not in path


def is_copied(path: str, copied: Iterable[str]) -> bool:
    """Whether `ledger.yaml` lists the path, or a folder above it, under `copy`."""
    return any(inside(path, name.rstrip("/")) for name in copied)


# --- what they contain


def content(path: Path, known: Path) -> str | None:
    """A hash of a file or folder by its content; None where there is nothing.

    `known` is a folder of hashes by what the file system says of the files, so that big inputs are read once.
    """
    stamps = stamp(path)
    if stamps is None:
        return None
    digest, newest = stamps
    cached = known / digest
    with contextlib.suppress(OSError):
        # a power cut may leave an empty file
        if told := cached.read_text():
            return told
    found = _content(path)
    if found is not None and newest < time.time() - _RACY:
        with contextlib.suppress(OSError):
            known.mkdir(parents=True, exist_ok=True)
            partial = cached.with_suffix(f".{os.getpid()}")
            partial.write_text(found)
            partial.replace(cached)
    return found


def stamp(path: Path) -> tuple[str, float] | None:
    """What the file system says of a file or folder, as a hash, with its newest time of change in seconds."""
    if not path.exists():
        return None
    digest, newest = hashlib.sha256(os.fsencode(path.resolve())), 0.0
    for file in _files(path):
        with contextlib.suppress(OSError):
            status = file.stat()
            newest = max(newest, status.st_mtime)
            name = file.relative_to(path).as_posix()
            digest.update(repr((name, status.st_size, status.st_mtime_ns, status.st_ino)).encode())
    return digest.hexdigest(), newest


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(files))


def _content(path: Path) -> str | None:
    if path.is_file():
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "md5").hexdigest()
    if path.is_dir():
        digests = [(file.relative_to(path).as_posix(), _content(file)) for file in sorted(_files(path))]
        return hashlib.md5(json.dumps(digests).encode()).hexdigest()
    return None


# --- how a slot gets them


def lend(
    root: Path, slot: Path, *, copied: Collection[str], linked: Collection[str], but: Collection[str] = ()
) -> None:
    """Bring inputs from the work tree `root` into a slot; what is there already and the same is left alone.

    `but` are paths that the slot has of its own.
    """
    for name in (*linked, *copied):
        if not _is_below(name):
            # joined to the slot's path it would lead out of it, and what is there would be replaced
            raise LedgerError(
                f"ledger.yaml: `copy` names {name}, which is outside the repository",
                hint="name it relative to the root without .., or by a link from there",
            )
    for name in linked:
        _link((root / name).resolve(), slot / name)
    own = {root / path for path in but}
    for name in copied:
        source = root / name
        if source.is_symlink():
            _link(source.resolve(), slot / name)
        elif source.exists():
            _copy(source, slot / name, own)
        else:
            raise LedgerError(
                f"ledger.yaml: `copy` names {name}, which does not exist",
                hint=f"put it at {source}, or remove it from `copy`",
            )


def _link(source: Path, target: Path) -> None:
    if target.is_symlink() and target.readlink() == source:
        return
    _remove(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source)


def _copy(source: Path, target: Path, but: Collection[Path]) -> None:
    """Make `target` the same as `source`, without `but`; files of the same size and time are not copied again."""
    # imported late: with it come all ways to compress
    import shutil

    if source in but:
        return
    if source.is_symlink():
        _link(source.resolve(), target)
    elif source.is_dir():
        if target.is_symlink() or target.is_file():
            _remove(target)
        target.mkdir(parents=True, exist_ok=True)
        # a submodule's link to its own git directory leads nowhere from a slot
        names = {entry.name for entry in source.iterdir()} - {".git"}
        for name in {entry.name for entry in target.iterdir()} - names:
            _remove(target / name)
        for name in names:
            _copy(source / name, target / name, but)
    elif not _same(source, target):
        _remove(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        _clone(source, target)
        shutil.copystat(source, target)


def _same(source: Path, target: Path) -> bool:
    if target.is_symlink() or not target.is_file():
        return False
    a, b = source.stat(), target.stat()
    return (a.st_size, a.st_mtime_ns) == (b.st_size, b.st_mtime_ns)


def _clone(source: Path, target: Path) -> None:
    """Copy a file; where the file system can, the two share their blocks until one is written to."""
    # imported late: with it come all ways to compress
    import shutil

    with source.open("rb") as from_, target.open("wb") as to:
        try:
            fcntl.ioctl(to, _FICLONE, from_.fileno())
        except OSError:
            shutil.copyfileobj(from_, to, 1024 * 1024)


def _remove(path: Path) -> None:
    # imported late: with it come all ways to compress
    import shutil

    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
