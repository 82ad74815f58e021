"""DVC's configuration as it stands in files, for commands that must start without importing DVC."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

from ledger.git import index_file, work_trees
from ledger.git.git import Git
from ledger.machine.plain_files import text_of

_REMOTE = re.compile(r"'?remote \"(.+)\"'?")


def caches(git: Git) -> tuple[Path, ...]:
    """The folders in which DVC's cache may be: the configured one, this work tree's and the main one's."""
    found: list[Path] = []
    for tree, folder in _folders(git):
        dvc = tree / folder
        # a path in a configuration file is relative to it
        named = [
            (dvc / cache).resolve()
            for parser in _read(tree, folder)
            if (cache := parser.get("cache", "dir", fallback=""))
        ]
        found += [*named[:1], dvc / "cache"]
    return tuple(dict.fromkeys(at for at in found if at.is_dir()))


def remotes(git: Git) -> tuple[tuple[str, Path | None], ...]:
    """The remotes by name, with the folder where one is a folder."""
    found = []
    for tree, folder in _folders(git):
        for parser in _read(tree, folder):
            for section in parser.sections():
                name = _REMOTE.fullmatch(section)
                url = parser.get(section, "url", fallback=None)
                if name is not None:
                    found.append((name[1], None if url is None or "://" in url else tree / folder / url))
    return tuple(found)


def _folders(git: Git) -> list[tuple[Path, str]]:
    """The `.dvc` folders of this work tree and of the main one, with the tree of each; some are in a subfolder."""
    listed = []
    if git.bare or index_file.may_name(work_trees.own_folder(git, git.root), "/.dvc/config"):
        listed = git.text("ls-files", "-z", "--", ":(glob)**/.dvc/config").split("\0")
    folders = dict.fromkeys([".dvc", *(path.removesuffix("/config") for path in listed if path)])
    trees = dict.fromkeys([git.root, work_trees.listed(git)[0].path])
    return [(tree, folder) for tree in trees for folder in folders]


def _read(tree: Path, folder: str) -> Iterator[configparser.ConfigParser]:
    """The files of a `.dvc` folder that can be read, the local one first. No link is followed: a branch may hold it."""
    for name in ("config.local", "config"):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(text_of(tree, f"{folder}/{name}"))
        except (OSError, UnicodeDecodeError, configparser.Error):
            continue
        yield parser
