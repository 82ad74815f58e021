"""The executed state of a commit: its files without what experiments record, as one digest.

What is left out is what commands only read: records, voids, environments, notes and verdicts, each where it is a plain
file under its usual name. Anything else in those folders (a script, a link, a submodule, an executable file) counts,
and where a `dvc.yaml` so much as names them, all of them count: then a stage may run them.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping

from ledger.git.entries import Entry, Mode
from ledger.git.git_object import entries
from ledger.git.objects import Objects
from ledger.model.experiment import DIRECTORY

_RECORD = re.compile(r"[^/]+/[^/]+\.(?:yaml|void)")
_ENVIRONMENT = re.compile(r"[0-9a-f]+\.yaml")
_PLAN = "hypothesis.md"
_PROSE = ("notes.md", "verdict.md")
# how a definition would name what is left out, the files themselves or a folder to work in
_NAMED = re.compile(rb"notes\.md|verdict\.md|\btrials\b|\benvironments\b")


def digest(objects: Objects, commit: str) -> str:
    """The SHA-256 of the executed state, in hexadecimal. Raises LedgerError where a tree is not here."""
    found = hashlib.sha256(b"ledger executed state 1\n")
    for path, entry in _entries(objects, commit):
        found.update(f"{entry.mode} {entry.oid}\t".encode() + os.fsencode(path) + b"\0")
    return found.hexdigest()


def files(objects: Objects, commit: str) -> dict[str, Entry]:
    """The files of the executed state by path, links and submodules too."""
    found: dict[str, Entry] = {}
    for path, entry in _entries(objects, commit):
        below = objects.files(entry.oid) if entry.is_tree else {}
        found |= {f"{path}/{name}": one for name, one in below.items()} if entry.is_tree else {path: entry}
    return found


def _entries(objects: Objects, commit: str) -> Iterator[tuple[str, Entry]]:
    """What counts, in as few entries as say it: whole folders but for those from which something is left out."""
    whole = _are_named(objects, commit)
    for name, entry in entries(objects.held(f"{commit}^{{tree}}")).items():
        if name == DIRECTORY and entry.is_tree and not whole:
            yield from _of_experiments(objects, entry.oid)
        else:
            yield name, entry


def _are_named(objects: Objects, commit: str) -> bool:
    """Whether a pipeline's definition names what would be left out."""
    found = objects.files(commit, skips=lambda folder, _: _holds_records(folder))
    named = (entry for path, entry in found.items() if path.rpartition("/")[2] == "dvc.yaml" and not entry.is_submodule)
    return any(_NAMED.search(objects.held(entry.oid).data) for entry in named)


def _holds_records(folder: str) -> bool:
    parts = folder.split("/")
    return parts[0] == DIRECTORY and len(parts) == 4 and parts[2] in ("trials", "environments")


def _of_experiments(objects: Objects, tree: str) -> Iterator[tuple[str, Entry]]:
    held = objects.folder(tree)
    folders = [name for name, entry in held.items() if entry.is_tree]
    trees = dict(zip(folders, objects.read_many([held[name].oid for name in folders]), strict=True))
    for name, entry in held.items():
        below = entries(trees.get(name))
        if _PLAN in below:
            yield from _of_experiment(objects, f"{DIRECTORY}/{name}", below)
        else:
            # a folder of the project's own
            yield f"{DIRECTORY}/{name}", entry


def _of_experiment(objects: Objects, path: str, held: Mapping[str, Entry]) -> Iterator[tuple[str, Entry]]:
    for name, entry in held.items():
        if entry.is_tree and name in ("trials", "environments"):
            below = objects.files(entry.oid)
            yield from ((f"{path}/{name}/{at}", one) for at, one in below.items() if not _is_record(name, at, one))
        elif name not in _PROSE or entry.mode != Mode.FILE:
            yield f"{path}/{name}", entry


def _is_record(folder: str, path: str, entry: Entry) -> bool:
    """Whether a file of `trials` or `environments` is what it should be there."""
    if entry.mode != Mode.FILE:
        return False
    if folder == "environments":
        return _ENVIRONMENT.fullmatch(path) is not None
    return _RECORD.fullmatch(path) is not None
