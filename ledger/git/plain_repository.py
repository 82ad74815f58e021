"""A repository, or a linked work tree of it, that is found without asking git, as nothing about it is unusual."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ledger.git import ref_files

# settings by which git finds a repository, or takes it for another: it alone knows what follows from them. A backslash
# may hide one of them on the next line
_UNUSUAL: Final = (b"worktree", b"include", b"extensions", b"bare", b"formatversion", b"\\", b"\0")
_POINTER: Final = b"gitdir: "
# as git writes them
_USUAL: Final = (b"\tbare = false\n", b"\trepositoryformatversion = 0\n")


def top(start: Path) -> Path | None:
    """The top of the work tree where that is `start`, in which `.git` is a folder; None where git has to be asked.

    It looks for what git looks for (`is_git_directory` and `ensure_valid_ownership` in its `setup.c`).
    """
    # git's own words for the place of a process, without symbolic links
    root = Path(os.path.realpath(start))
    common = root / ".git"
    if any(character in "\\\n" or "\ud800" <= character <= "\udfff" for character in str(root)):
        return None
    try:
        if any(path.stat(follow_symlinks=False).st_uid != os.geteuid() for path in (root, common)):
            return None
        plain = (
            not common.is_symlink()
            and (common / "objects").is_dir()
            and (common / "refs").is_dir()
            and not (common / "HEAD").is_symlink()
            and (common / "HEAD").read_bytes().startswith(b"ref: refs/")
            and not os.path.lexists(common / "commondir")
        )
        config = (common / "config").read_bytes()
    except OSError:
        return None
    return root if plain and _is_plain(config) else None


def linked(work_tree: Path, common: Path) -> Path | None:
    """The own git directory of a work tree of the repository `common`; None where git has to be asked.

    It is registered as git itself does it, and nothing says that the work tree's files are elsewhere.
    """
    pointer = work_tree / ".git"
    common = Path(os.path.realpath(common))
    try:
        said = pointer.read_bytes()
        if pointer.is_symlink() or not said.startswith(_POINTER) or not said.endswith(b"\n"):
            return None
        own = Path(os.fsdecode(said[len(_POINTER) : -1]))
        places = (work_tree, pointer, own)
        plain = (
            own.parent == common / "worktrees"
            and own.name != ".."
            and all(place.stat(follow_symlinks=False).st_uid == os.geteuid() for place in places)
            and not own.is_symlink()
            and (own / "commondir").read_bytes() == b"../..\n"
            and not os.path.lexists(own / "config.worktree")
            and (common / "objects").is_dir()
            and (common / "refs").is_dir()
            and _is_plain((common / "config").read_bytes())
        )
        if plain:
            ref_files.head_in(own, common)
    except (OSError, ref_files.Unusual):
        return None
    return own if plain else None


def _is_plain(config: bytes) -> bool:
    """Whether a configuration has nothing unusual, nor a line at which git may end."""
    telling = config.lower()
    for usual in _USUAL:
        telling = telling.replace(usual, b"")
    if any(word in telling for word in _UNUSUAL):
        return False
    lines = [line.strip() for line in config.split(b"\n")]
    said = [line for line in lines if line and line[:1] not in b"#;"]
    return not said or (said[0][:1] == b"[" and all(map(_is_line, said)))


def _is_line(line: bytes) -> bool:
    """Whether a line is one as git writes it: the head of a section, or a setting."""
    if line[:1] != b"[":
        name, equals, value = line.partition(b" = ")
        return bool(equals) and name[:1].isalpha() and name.replace(b"-", b"").isalnum() and value.count(b'"') % 2 == 0
    section, space, below = line[1:-1].partition(b" ")
    if line[-1:] != b"]" or not section.translate(None, b"-.").isalnum():
        return False
    return not space or (below[:1] == below[-1:] == b'"' and below.count(b'"') == 2)
