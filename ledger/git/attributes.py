"""What `.gitattributes` and a clone's own attributes say of files, at a commit that need not be checked out."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ledger.git.git import Git

# those by which a file in a work tree has other bytes than git holds; line ends are another matter
_CHANGING = ("filter", "ident", "working-tree-encoding")


def filtered(git: Git, commit: str, paths: Sequence[str]) -> frozenset[str]:
    """Those of the paths that git changes on their way in or out, by attributes at a commit or in this clone."""
    if not paths:
        return frozenset()
    listed = b"".join(os.fsencode(path) + b"\0" for path in paths)
    with git.private_index() as environment:
        # `--source` would do, but git 2.39 does not have it
        git.run("read-tree", commit, environment=environment)
        asked = ("check-attr", "--cached", "-z", "--stdin", *_CHANGING)
        out = git.run(*asked, stdin=listed, environment=environment)
    fields = out.split(b"\0")[:-1]
    unset = (b"unspecified", b"unset", b"")
    return frozenset(os.fsdecode(p) for p, value in zip(fields[::3], fields[2::3], strict=True) if value not in unset)
