"""What `.gitattributes` and a clone's own attributes say of files, at a commit that need not be checked out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from ledger.git.entries import Entry
from ledger.git.git import Git

# those by which a file in a work tree has other bytes than git holds; line ends are another matter
_CHANGING: Final = ("filter", "ident", "working-tree-encoding")


def filtered(git: Git, files: Iterable[tuple[str, Entry]], paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths that git changes on their way in or out, by attributes in `files` or in this clone.

    `files` are the `.gitattributes` of a commit by path.
    """
    try:
        own = (git.common / "info/attributes").read_bytes()
    except OSError:
        own = b""
    asked = tuple(paths)
    return _filtered(git, tuple(files), asked, own) if asked else frozenset()


# most commits of a repository ask the same; `own` tells apart what this clone has said since
@lru_cache(maxsize=256)
def _filtered(git: Git, files: tuple[tuple[str, Entry], ...], paths: tuple[str, ...], own: bytes) -> frozenset[str]:
    listed = b"".join(os.fsencode(path) + b"\0" for path in paths)
    with git.private_index() as environment:
        # `--source` would do, but git 2.39 does not have it
        entries = b"".join(f"{e.mode} {e.oid}\t".encode() + os.fsencode(path) + b"\0" for path, e in files)
        if entries:
            git.run("update-index", "-z", "--index-info", stdin=entries, environment=environment)
        asked = ("check-attr", "--cached", "-z", "--stdin", *_CHANGING)
        out = git.run(*asked, stdin=listed, environment=environment)
    fields = out.split(b"\0")[:-1]
    unset = (b"unspecified", b"unset", b"")
    return frozenset(os.fsdecode(p) for p, value in zip(fields[::3], fields[2::3], strict=True) if value not in unset)
