"""What objects are, asked of many at once without reading them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from ledger.git.git import Git
from ledger.git.git_object import entry_of
from ledger.model.patterns import pattern

# how many are found in trees, one after another
_FEW = 20
_PLAIN = pattern(r"(?:[0-9a-f]{40}):(?!\.{0,2}/)[^\n]*[^\n/]")
_KNOWN = re.compile(rb"([0-9a-f]{40,64}) (blob|tree|commit|tag)")


def kinds(git: Git, names: Sequence[str]) -> list[tuple[str, str] | None]:
    """The id and the kind of each object by a name such as `HEAD:data`, None for what there is not."""
    if len(names) <= _FEW and all(_PLAIN.fullmatch(name) and "//" not in name for name in names):
        # the trees are mostly read already, and a partial clone has them without the rest
        return [_in_tree(git, name) for name in names]
    # a name with a line end would be two
    asked = b"".join(b"-\n" if "\n" in name else os.fsencode(name) + b"\n" for name in names)
    out = git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked)
    found = map(_KNOWN.fullmatch, out.removesuffix(b"\n").split(b"\n"))
    return [None if one is None else (one[1].decode(), one[2].decode()) for one in found]


def _in_tree(git: Git, name: str) -> tuple[str, str] | None:
    commit, _, path = name.partition(":")
    folder, _, last = path.rpartition("/")
    tree = git.objects.at(commit, folder)
    entry = None if tree is None else entry_of(tree, last)
    return None if entry is None or entry.is_submodule else (entry.oid, entry.kind)
