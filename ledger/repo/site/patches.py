"""What changed in the code of an experiment, file by file, as much of it as anybody reads on a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.analysis.diff import Diff
from ledger.analysis.site.page import Patch
from ledger.errors import LedgerError
from ledger.git.changed_lines import hunks
from ledger.git.git import Git

_FILES: Final = 40
_LINES: Final = 400
_CHARACTERS: Final = 40_000


def read(git: Git, changed: Diff | None) -> tuple[Patch, ...]:
    """The patches of the files that differ, at most forty; none where the code of a side is not here."""
    if changed is None or not changed.code:
        return ()
    a, b = changed.commits
    if a is None or b is None:
        return ()
    paths = [path for one in changed.code[:_FILES] for path in (one.old_path, one.path) if path is not None]
    try:
        found = hunks(git, a, b, paths)
    except LedgerError:
        return ()
    return tuple(_bounded({one.path: found[one.path] for one in changed.code[:_FILES] if found.get(one.path)}))


def _bounded(found: dict[str, str]) -> Iterator[Patch]:
    room = _CHARACTERS
    for path, text in found.items():
        lines = text.split("\n")
        kept: list[str] = []
        for line in lines[:_LINES]:
            room -= len(line) + 1
            if room < 0:
                break
            kept.append(line)
        yield Patch(path=path, text="\n".join(kept), cut=len(lines) - len(kept))
