"""Symbolic links that git holds: whoever committed one chose where it leads, so nothing is written through it."""

from __future__ import annotations

import os
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git.git import Git

# how many links the kernel follows before it takes them for a circle
_MOST = 40


def followed(path: Path) -> tuple[Path, list[Path]]:
    """Where a path leads, as the kernel follows it, and the symbolic links that it leads through, in that order.

    What is not there yet counts as itself. A folder above a link is named by where it really is. Raises LedgerError
    where links lead in a circle.
    """
    at, left, links = Path("/"), list(reversed((Path.cwd() / path).parts[1:])), list[Path]()
    while left:
        name = left.pop()
        one = at.parent if name == ".." else at / name
        if name == ".." or not one.is_symlink():
            at = one
            continue
        links.append(one)
        if len(links) > _MOST:
            raise LedgerError(f"{path}: symbolic links form a loop", hint="-o names another place")
        target = one.readlink()
        at = Path("/") if target.is_absolute() else at
        left += reversed(target.parts[1:] if target.is_absolute() else target.parts)
    return at, links


def require_own_way(git: Git, path: Path) -> Path:
    """Where a path leads. Raises LedgerError where that is through a symbolic link that git holds."""
    real, links = followed(path)
    link = next((one for one in links if is_held(git, one)), None)
    if link is not None:
        raise LedgerError(
            f"{path} is reached through a symbolic link that git holds, {link.relative_to(git.root)}: "
            "whoever committed it chose where it leads",
            hint="-o names another place",
        )
    return real


def is_held(git: Git, path: Path) -> bool:
    """Whether git holds a path, also one in a submodule; no folder above it is a symbolic link."""
    if git.bare or not path.is_relative_to(git.root) or path == git.root:
        return False
    # on some disks OUT opens what git calls out
    named = f":(top,literal,icase){os.fspath(path.relative_to(git.root))}"
    return bool(git.run("ls-files", "--recurse-submodules", "--", named))
