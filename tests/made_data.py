"""Data sets as `dvc add` leaves them: objects and manifests in the cache, and the pointers that git holds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from conftest import Project

from ledger.dvc import manifests


def put(project: Project, data: bytes, suffix: str = "") -> str:
    """An object in the cache; returns its name."""
    digest = hashlib.md5(data).hexdigest() + suffix
    path = project.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return digest


def add(project: Project, files: Mapping[str, str], path: str = "data/raw") -> dict[str, str]:
    """A folder as `dvc add` leaves it in the cache; returns its pointer by path."""
    members = {name: put(project, text.encode()) for name, text in files.items()}
    digest = put(project, manifests.dumps(members), ".dir")
    size = sum(len(text) for text in files.values())
    name = path.rpartition("/")[2]
    text = f"outs:\n- md5: {digest}\n  size: {size}\n  nfiles: {len(files)}\n  hash: md5\n  path: {name}\n"
    return {f"{path}.dvc": text}
