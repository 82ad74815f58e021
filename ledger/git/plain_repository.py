"""A repository that is found without asking git: its top is the current folder, and nothing about it is unusual."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

# settings by which git finds a repository, or takes it for another: it alone knows what follows from them. A line that
# goes on on the next one could hide one of them
_UNUSUAL: Final = (b"worktree", b"include", b"extensions", b"bare", b"\\\n", b"\xef\xbb\xbf")
# as git writes it
_NOT_BARE: Final = b"\tbare = false\n"


def top(start: Path) -> Path | None:
    """The top of the work tree where that is `start`, in which `.git` is a folder; None where git has to be asked.

    It looks for what git looks for (`is_git_directory` and `ensure_valid_ownership` in its `setup.c`).
    """
    # git's own words for the place of a process, without symbolic links
    root = Path(os.path.realpath(start))
    common = root / ".git"
    if any(character in str(root) for character in "\\\n"):
        return None
    try:
        if any(path.stat(follow_symlinks=False).st_uid != os.geteuid() for path in (root, common)):
            return None
        plain = (
            not common.is_symlink()
            and (common / "objects").is_dir()
            and (common / "refs").is_dir()
            and (common / "HEAD").read_bytes().startswith(b"ref: refs/")
            and not (common / "commondir").exists()
        )
        config = (common / "config").read_bytes().lower().replace(_NOT_BARE, b"")
    except OSError:
        return None
    return root if plain and not any(word in config for word in _UNUSUAL) else None
