"""Untracked files that git should not be given without a thought: what it has once it keeps, data of people too."""

from __future__ import annotations

import posixpath

from ledger.git.git import Git
from ledger.model.set_up import Bulk

# in bytes; the limit at which pre-commit's check for large files begins
LARGE = 500 * 1024

# so much of a file decides whether it is a text, as git itself looks at it
_LOOKED_AT = 8000


def untracked(git: Git) -> tuple[Bulk, ...]:
    """What is large or binary among the files that git neither tracks nor ignores, the largest first.

    A folder stands for its files where all that git knows of below it are such, and so for what is beside them.
    """
    found: dict[str, int] = {}
    plain: list[str] = git.text("ls-files", "-z", "--", ":/").split("\0")
    for path in (entry.path for entry in git.dirty() if entry.untracked):
        length = _bulk(git, path)
        if length is None:
            plain.append(path)
        else:
            found[path] = length
    mixed = {folder for path in plain if path for folder in _folders(path)}
    groups: dict[str, list[int]] = {}
    for path, length in found.items():
        whole = next((folder for folder in _folders(path) if folder not in mixed), path)
        groups.setdefault(whole, []).append(length)
    every = (Bulk(path=path, files=len(lengths), bytes=sum(lengths)) for path, lengths in groups.items())
    return tuple(sorted(every, key=lambda one: (-one.bytes, one.path)))


def _folders(path: str) -> list[str]:
    """The folders that a file is in, the outermost first."""
    parts = posixpath.dirname(path).split("/") if "/" in path else []
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _bulk(git: Git, path: str) -> int | None:
    """The bytes of a file that is large or binary, None for any other."""
    file = git.root / path
    try:
        length = file.lstat().st_size
        if file.is_symlink():
            return None
        if length >= LARGE:
            return length
        with file.open("rb") as stream:
            return length if b"\0" in stream.read(_LOOKED_AT) else None
    except OSError:
        return None
