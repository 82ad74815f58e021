"""Trees with some paths changed, built from only the trees along those paths.

An index would be as quick in a small repository; in one with thousands of landed experiments it lists all their files
for each commit.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ledger.git.entries import Entry, Mode
from ledger.git.objects import Objects
from ledger.git.process import ATTEMPTS, failed, swept_away

Changes = Mapping[str, Entry | None]
"""What stands at paths from now on, None for one that goes."""


def changed(
    objects: Objects,
    base: str,
    changes: Changes,
    *,
    root: Path,
    git: list[str],
    environment: dict[str, str],
) -> str:
    """The id of the tree of `base` (a commit or tree) with each file set, or removed with the folders that it empties.

    `git` is the command with its configuration, called in `root` with `environment`.
    """
    nested = _by_folder(changes)
    command = [*git, "mktree", "-z", "--missing", "--batch"]
    pipe = subprocess.PIPE
    left = ATTEMPTS
    while True:
        process = subprocess.Popen(
            command, cwd=root, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, process_group=0
        )
        with process:
            try:
                made = _built(objects, f"{base}^{{tree}}", nested, process)
                return _made({}, process) if made is None else made
            except (BrokenPipeError, _Ended):
                said, code = _ended(process)
        left -= 1
        if not left or not swept_away(said):
            raise failed(["mktree"], said.decode(errors="replace") or f"ended with {code}", killed=code < 0)


class _Ended(Exception):
    """git has stopped before it answered."""


def _ended(process: subprocess.Popen[bytes]) -> tuple[bytes, int]:
    """What a process that has stopped said, and its exit code."""
    assert process.stdin is not None
    assert process.stderr is not None
    with suppress(BrokenPipeError):
        process.stdin.close()
    return process.stderr.read(), process.wait()


def _by_folder(changes: Changes) -> dict[str, Any]:
    """The changes nested as folders are."""
    nested: dict[str, Any] = {}
    for path, change in changes.items():
        *folders, name = path.split("/")
        at = nested
        for folder in folders:
            below = at.setdefault(folder, {})
            if not isinstance(below, dict):
                # a file where a folder is to be: the later change counts, as in an index
                below = at[folder] = {}
            at = below
        at[name] = change
    return nested


def _built(
    objects: Objects, base: str | None, changes: Mapping[str, Any], process: subprocess.Popen[bytes]
) -> str | None:
    """The id of one folder's tree, None where nothing is left in it."""
    entries = {} if base is None else dict(objects.folder(base))
    for name, change in changes.items():
        before = entries.get(name)
        folder = before is not None and before.is_tree
        if isinstance(change, dict):
            below = _built(objects, before.oid if before is not None and folder else None, change, process)
            if below is not None:
                entries[name] = Entry(mode=Mode.TREE, oid=below)
            elif folder:
                del entries[name]
        elif change is not None:
            entries[name] = change
        elif not folder:
            # the path of a folder is no file's: there is nothing to remove
            entries.pop(name, None)
    return _made(entries, process) if entries else None


def _made(entries: Mapping[str, Entry], process: subprocess.Popen[bytes]) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    lines = (
        f"{entry.mode} {entry.kind} {entry.oid}\t".encode() + os.fsencode(name) + b"\0"
        for name, entry in entries.items()
    )
    process.stdin.write(b"".join(lines) + b"\0")
    process.stdin.flush()
    oid = process.stdout.readline().strip().decode()
    if not oid:
        raise _Ended
    return oid
