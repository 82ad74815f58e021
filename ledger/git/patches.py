"""What commits change, exactly: whitespace, modes and binary files too, at whatever lines of a file.

`git patch-id` would not do for a question of trust: to it an indented line of Python is the same as one that is not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from ledger.git.git import Git
from ledger.model.frozen import frozen

# where a hunk stands, and what git finds above it, differ where the same change is made to another version
_PLACE = re.compile(rb"^@@ .*$", re.MULTILINE)
_INDEX = re.compile(rb"^index [^\n]*\n", re.MULTILINE)
_BINARY = (b"\nGIT binary patch\n", b"\nBinary files ")


@frozen
class PathChange:
    """What a commit does to one path: the mode and object that stand there from then on, and the change as text."""

    mode: str
    oid: str
    text: bytes


Patch = Mapping[str, PathChange]
"""What a commit changes by path, against its first parent."""


def patches(git: Git, commits: Sequence[str]) -> dict[str, Patch]:
    """The patches of commits that have at most one parent, by their ids; others are left out."""
    plain = [commit for commit in commits if len(git.objects.parents(commit)) <= 1]
    if not plain:
        return {}
    asked = ("diff-tree", "--stdin", "--root", "-r", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color")
    listed = "".join(f"{commit}\n" for commit in plain).encode()
    raw = git.run(*asked, "--raw", "--no-abbrev", "-z", stdin=listed)
    text = git.run(*asked, "--patch", "--full-index", "--src-prefix=a/", "--dst-prefix=b/", stdin=listed)
    entries, sections = _entries(raw), _sections(text, plain)
    found: dict[str, Patch] = {}
    for commit in plain:
        paths, texts = entries.get(commit, []), sections.get(commit, [])
        if len(paths) == len(texts):
            # both list the paths in their order; where a file has become a link, its text is in two parts
            found[commit] = {
                path: PathChange(mode=mode, oid=oid, text=part)
                for (path, mode, oid), part in zip(paths, texts, strict=True)
            }
    return found


def _entries(raw: bytes) -> dict[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    at: list[tuple[str, str, str]] = []
    parts = iter(raw.split(b"\0"))
    for part in parts:
        if part.startswith(b":"):
            _, mode, _, oid, _ = part.decode().split(" ")
            at.append((os.fsdecode(next(parts)), mode, oid))
        elif part:
            at = found.setdefault(part.decode().strip(), [])
    return found


def _sections(text: bytes, commits: Sequence[str]) -> dict[str, list[bytes]]:
    """The texts of the files that each commit changes, without where in the file their hunks stand."""
    found: dict[str, list[bytes]] = {}
    # in a patch a line of a file begins with a sign or a space
    heads = [(match.start(), match[1].decode()) for match in _HEAD.finditer(text) if match[1].decode() in set(commits)]
    for (start, commit), (end, _) in zip(heads, [*heads[1:], (len(text), "")], strict=True):
        parts = re.split(rb"^(?=diff --git )", text[start:end], flags=re.MULTILINE)[1:]
        found[commit] = [_plain(part) for part in parts]
    return found


_HEAD = re.compile(rb"^([0-9a-f]{40,64})$", re.MULTILINE)


def _plain(part: bytes) -> bytes:
    head, _, hunks = part.partition(b"\n@@")
    if any(mark in part for mark in _BINARY) or not hunks:
        # what it holds is told by the ids alone
        return part
    return _INDEX.sub(b"", head) + b"\n" + _PLACE.sub(b"@@", b"@@" + hunks)
