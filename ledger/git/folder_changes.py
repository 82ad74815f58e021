"""What the commits below one did to a folder: of a short line of commits read from objects, else told by `git log`."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from ledger.errors import LedgerError
from ledger.git.changed_files import differing
from ledger.git.entries import EMPTY_TREE, Entry, Mode
from ledger.git.git import ZERO, Git
from ledger.git.git_object import FULL_ID, GitObject, header_of, parents_of
from ledger.git.shallow import is_shallow
from ledger.model.frozen import frozen
from ledger.model.patterns import pattern

# commits in a line that are read sooner than git starts
_SHORT: Final = 24
_MODES: Final = frozenset(Mode)
_AUTHOR = pattern(r"author .*> (\d{1,10}) ([+-])(\d\d)([0-5]\d)")


@frozen
class Changed:
    """A file that a commit changed: `status` A, M, D or T, and the blob that it was before, zeros of an added one."""

    path: str
    status: str
    before: str


@frozen
class Commit:
    """A commit that changed files of the folder. A merge stands once for each parent from which it differs."""

    oid: str
    moment: datetime
    parents: tuple[str, ...]
    files: tuple[Changed, ...]


def read(git: Git, at: str, folder: str) -> list[Commit]:
    """Every commit below `at` that changed something in the folder, whichever way leads to it, the latest first."""
    try:
        found = _of_line(git, at, folder)
    except LedgerError:
        # git says what it cannot read, where that matters to it
        found = None
    return _logged(git, at, folder) if found is None else found


def _of_line(git: Git, at: str, folder: str) -> list[Commit] | None:
    """The same where one short line of commits leads to the first, else None."""
    # what a shallow clone has cut off is no history to git, though the commit may be here
    if not FULL_ID.fullmatch(at) or is_shallow(git.common):
        return None
    objects, line = git.objects, list[GitObject]()
    following: tuple[str, ...] = (at,)
    while following:
        commit = objects.read(following[0])
        if commit is None or commit.kind != "commit" or len(line) == _SHORT:
            return None
        line.append(commit)
        following = parents_of(commit)
        if len(following) > 1:
            return None
    objects.ahead(f"{commit.oid}:{folder}" for commit in line)
    trees = [objects.at(commit.oid, folder) for commit in line]
    if any(tree is not None and tree.kind != "tree" for tree in trees):
        return None
    found: list[Commit] = []
    for commit, tree, before in zip(line, trees, [*trees[1:], None], strict=True):
        new, old = (EMPTY_TREE if one is None else one.oid for one in (tree, before))
        if new == old:
            continue
        moment = _authored(commit)
        if moment is None:
            return None
        changes = sorted(differing(objects, old, new), key=lambda one: os.fsencode(one[0]))
        if any(entry is not None and entry.mode not in _MODES for _, *both in changes for entry in both):
            # git takes some of what others wrote for the same
            return None
        files = tuple(
            Changed(path=f"{folder}/{path}", status=_status(was, now), before=ZERO if was is None else was.oid)
            for path, was, now in changes
        )
        found.append(Commit(oid=commit.oid, moment=moment, parents=parents_of(commit), files=files))
    return found


def _authored(commit: GitObject) -> datetime | None:
    """The author's date; None where it is none that a calendar has, of which git makes what it likes."""
    told = next(filter(None, map(_AUTHOR.fullmatch, header_of(commit))), None)
    if told is None:
        return None
    away = timedelta(hours=int(told[3]), minutes=int(told[4])) * (-1 if told[2] == "-" else 1)
    # git ends at what was before its calendar begins there
    if abs(away) >= timedelta(hours=24) or int(told[1]) + away.total_seconds() < 0:
        return None
    return datetime.fromtimestamp(int(told[1]), timezone(away) if away else UTC)


def _status(before: Entry | None, now: Entry | None) -> str:
    if before is None or now is None:
        return "A" if before is None else "D"
    # a link, a submodule and a file are of other types
    return "M" if before.mode[:2] == now.mode[:2] else "T"


def _logged(git: Git, at: str, folder: str) -> list[Commit]:
    form = ("-m", "--full-history", "--topo-order", "--raw", "--no-abbrev", "--no-renames", "-z")
    out = git.run("log", *form, "--format=%x01%H %aI %P", at, "--", f":(top,literal){folder}")
    found: list[Commit] = []
    # a path may hold any byte but NUL
    parts = iter(os.fsdecode(out).split("\0"))
    for part in parts:
        line = part.strip("\n")
        if line.startswith("\x01"):
            oid, moment, *parents = line[1:].split(" ")
            known = tuple(filter(None, parents))
            found.append(Commit(oid=oid, moment=datetime.fromisoformat(moment), parents=known, files=()))
        elif line.startswith(":"):
            _, _, before, _, status = line[1:].split(" ")
            changed = Changed(path=next(parts), status=status[:1], before=before)
            found[-1] = replace(found[-1], files=(*found[-1].files, changed))
    return found
