"""What differs between two executed states, file by file."""

from __future__ import annotations

import os

from ledger.git.entries import Entry, Mode
from ledger.git.git import Git
from ledger.model.trust import ChangedFile, FileFate, FileKind
from ledger.repo.trust import state
from ledger.report.text import concealed

# a text of more bytes is not read for what a terminal does not show
_MOST = 4 << 20


def changed_files(git: Git, before: str, now: str) -> tuple[ChangedFile, ...]:
    """The files that differ between two commits or trees, records apart, by their paths."""
    old, new = state.files(git.objects, before), state.files(git.objects, now)
    lines = _lines(git, before, now)
    paths = sorted(path for path in {**old, **new} if old.get(path) != new.get(path))
    return tuple(_file(git, path, old.get(path), new.get(path), lines.get(path, (None, None))) for path in paths)


def _file(
    git: Git, path: str, old: Entry | None, new: Entry | None, lines: tuple[int | None, int | None]
) -> ChangedFile:
    entry = new or old
    assert entry is not None
    kind = _kind(entry)
    data = None if new is None or new.is_submodule else git.objects.held(new.oid).data
    target = None
    if new is not None and kind is FileKind.SUBMODULE:
        target = new.oid
    elif data is not None and kind is FileKind.LINK:
        target = data.decode("utf-8", errors="surrogateescape")
    return ChangedFile(
        path=path,
        fate=FileFate.ADDED if old is None else FileFate.REMOVED if new is None else FileFate.CHANGED,
        kind=kind,
        added=lines[0],
        removed=lines[1],
        target=target,
        hidden=_concealed(data) if kind is not FileKind.LINK else 0,
    )


def _kind(entry: Entry) -> FileKind:
    if entry.is_link:
        return FileKind.LINK
    if entry.is_submodule:
        return FileKind.SUBMODULE
    return FileKind.EXECUTABLE if entry.mode == Mode.EXECUTABLE else FileKind.PLAIN


def _concealed(data: bytes | None) -> int:
    if data is None or len(data) > _MOST or b"\0" in data:
        return 0
    return concealed(data.decode("utf-8", errors="replace"))


def _lines(git: Git, before: str, now: str) -> dict[str, tuple[int | None, int | None]]:
    """How many lines were added and removed by path, None of both for a binary file."""
    asked = ("diff-tree", "-r", "--numstat", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")
    found: dict[str, tuple[int | None, int | None]] = {}
    for part in git.run(*asked, before, now).split(b"\0"):
        added, _, rest = part.partition(b"\t")
        removed, _, path = rest.partition(b"\t")
        if path:
            found[os.fsdecode(path)] = (_number(added), _number(removed))
    return found


def _number(text: bytes) -> int | None:
    return int(text) if text.isdigit() else None
