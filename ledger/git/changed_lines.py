"""The files that differ between two commits with how many lines came and went; no patch is made of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from ledger.git.git import Git
from ledger.model.frozen import frozen

_KINDS = {"A": "added", "D": "removed", "R": "renamed"}


@frozen
class FileChange:
    """One file that differs. `kind`: added, removed, renamed or changed; `old_path` where it was renamed.

    `lines_added` and `lines_removed` are 0 of what is no text. `patch` is empty unless it was asked for; it begins with
    its first hunk: git's own two lines with the file's names are not in it.
    """

    path: str
    old_path: str | None
    kind: str
    lines_added: int
    lines_removed: int
    patch: str = ""


def changed_lines(git: Git, a: str, b: str, *, without: Sequence[str] = ()) -> tuple[FileChange, ...]:
    """The files that differ between two commits; renames are found. `without`: folders that are not looked into."""
    asked = ("diff-tree", "-r", "-z", "-M", "--raw", "--numstat", "--no-ext-diff", "--no-textconv", a, b)
    out = git.run(*asked, "--", ":(top)", *(f":(top,literal,exclude){folder}" for folder in without))
    fields = iter(os.fsdecode(out).split("\0"))
    kinds: dict[str, tuple[str, str | None]] = {}
    counts: dict[str, tuple[int, int]] = {}
    for field in fields:
        if field.startswith(":"):
            status, first = field.rpartition(" ")[2][:1], next(fields)
            renamed = status in "RC"
            kinds[next(fields) if renamed else first] = (status, first if renamed else None)
        elif field:
            path, numbers = _counted(field, fields)
            counts[path] = numbers
    return tuple(
        FileChange(
            path=path,
            old_path=old,
            kind=_KINDS.get(status, "changed"),
            lines_added=counts.get(path, (0, 0))[0],
            lines_removed=counts.get(path, (0, 0))[1],
        )
        for path, (status, old) in kinds.items()
    )


def _counted(field: str, fields: Iterator[str]) -> tuple[str, tuple[int, int]]:
    """A path with its lines: `3\\t1\\tpath`, or `3\\t1\\t` with both paths of a renamed file behind it."""
    added, removed, path = field.split("\t", 2)
    if not path:
        next(fields)
        path = next(fields)
    return path, (int(added) if added.isdigit() else 0, int(removed) if removed.isdigit() else 0)


def hunks(git: Git, a: str, b: str, paths: Sequence[str]) -> dict[str, str]:
    """The hunks of these files between two commits, by the path that they have in the second; renames are found.

    A file without any, as one that is not a text, has an empty text.
    """
    asked = (
        "diff-tree",
        "-r",
        "-M",
        "-p",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--full-index",
        "-z",
        "--raw",
    )
    out = git.run(*asked, a, b, "--", *(f":(top,literal){path}" for path in paths))
    # -z ends the list of files with an empty one; the patches follow in its order
    listed, _, patches = out.partition(b"\0\0")
    fields, order = iter(listed.split(b"\0")), []
    for field in fields:
        if field.startswith(b":"):
            path = next(fields)
            order.append(next(fields) if field.rpartition(b" ")[2][:1] in b"RC" else path)
    texts = re.split(rb"^diff --git .*$", patches, flags=re.MULTILINE)[1:]
    found = {}
    for path, text in zip(order, texts, strict=False):
        begin = re.search(rb"^@@ ", text, flags=re.MULTILINE)
        found[os.fsdecode(path)] = (
            "" if begin is None else text[begin.start() :].decode("utf-8", "replace").rstrip("\n")
        )
    return found
