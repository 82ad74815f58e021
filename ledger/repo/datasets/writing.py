"""Code with other data, as a value; and the manifests of such data in DVC's cache."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ledger.dvc import manifests, pointers
from ledger.dvc.store import places
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.model.formats.lockfile import Pinned
from ledger.model.pipeline import inside
from ledger.repo.code import Code
from ledger.repo.datasets.content import ArmContent
from ledger.repo.datasets.held import Held


def applied(git: Git, code: Code, found: Mapping[str, ArmContent]) -> Code:
    """The code with these contents at their paths: other pins and pointers, or other files of git's."""
    files, data, written = dict(code.files), dict(code.data), dict(code.written)
    laid = dict(code.laid)
    by_pointer: dict[str, dict[str, Pinned]] = {}
    for path, one in found.items():
        if one.entries is not None:
            differs = _differs(files, path, one.entries)
            laid |= differs
            for file, entry in differs.items():
                if entry is None:
                    del files[file]
                else:
                    files[file] = entry
        elif one.pin is not None and one.now.pointer is not None and one.pin.md5 != one.now.content:
            data[path] = one.pin
            by_pointer.setdefault(one.now.pointer, {})[path] = one.pin
    for pointer, pins in by_pointer.items():
        text = written.get(pointer) or _text(git, code, pointer)
        written[pointer] = pointers.rewritten(pointer, text, pins)
        files[pointer] = replace(code.files[pointer], oid=blob_id(written[pointer], code.commit))
    return replace(code, files=files, data=data, written=written, laid=laid)


def _differs(files: Mapping[str, Entry], path: str, entries: Mapping[str, Entry]) -> dict[str, Entry | None]:
    """What an arm changes of the files that git holds at a path; `.gitignore` files there stay."""
    before = {at: entry for at, entry in files.items() if inside(at, path) and not at.endswith(".gitignore")}
    after = {f"{path}/{name}" if name else path: entry for name, entry in entries.items()}
    kept = {at: entry for at, entry in after.items() if not at.endswith(".gitignore")}
    gone: dict[str, Entry | None] = {at: None for at in before if at not in kept}
    return gone | {at: entry for at, entry in kept.items() if before.get(at) != entry}


def blob_id(text: str, commit: str) -> str:
    """The id that git gives a file with this text, in a repository whose ids are as long as the commit's."""
    data = text.encode()
    digest = hashlib.sha1 if len(commit) == 40 else hashlib.sha256
    return digest(b"blob %d\0" % len(data) + data).hexdigest()


def is_legacy(git: Git, code: Code, held: Held) -> bool:
    """Whether a data set has a `.dvc` file from before DVC's version 3."""
    return held.pointer is not None and pointers.is_legacy(_text(git, code, held.pointer))


def _text(git: Git, code: Code, pointer: str) -> str:
    return git.objects.held(code.files[pointer].oid).data.decode("utf-8", "replace")


def keep_manifest(cache: Path, data: bytes, *, legacy: bool) -> None:
    """Put a manifest into a cache by its name, at once or not at all."""
    path = places(cache, manifests.named(data))[1 if legacy else 0]
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
    # as DVC protects what it has in its cache
    Path(partial).chmod(0o444)
    Path(partial).replace(path)
