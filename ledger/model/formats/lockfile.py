"""What `dvc.lock` pins: for each stage its command, dependencies, parameters and outputs, by hash."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import Any

from ledger.model.frozen import frozen
from ledger.model.pipeline import Pipeline


@frozen
class Pinned:
    """A file or directory as DVC pins it. `md5` ends in `.dir` for a directory; sizes are in bytes."""

    md5: str | None
    size: int | None = None
    nfiles: int | None = None

    def to_mapping(self) -> dict[str, Any]:
        """The known parts, for a record."""
        known = {"md5": self.md5, "size": self.size, "nfiles": self.nfiles}
        return {key: value for key, value in known.items() if value is not None}


@frozen
class LockedStage:
    """One stage's entry. Paths are relative to the git root; parameters by file, then by dotted key."""

    command: str
    dependencies: Mapping[str, Pinned]
    parameters: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, Pinned]


def pinned(entry: Mapping[str, Any]) -> Pinned:
    """The hash and size of one entry of a lock or a `.dvc` file."""
    digest = next((entry[k] for k in ("md5", "etag", "checksum") if isinstance(entry.get(k), str)), None)
    size, nfiles = entry.get("size"), entry.get("nfiles")
    return Pinned(
        md5=digest,
        size=size if isinstance(size, int) else None,
        nfiles=nfiles if isinstance(nfiles, int) else None,
    )


def place(folder: str, path: str) -> str:
    """`path`, written relative to `folder`, relative to the git root; URLs and absolute paths stay."""
    if "://" in path or path.startswith("/"):
        return path
    return posixpath.normpath(posixpath.join(folder, path))


def locked_stages(pipeline: Pipeline, locks: Mapping[str, object]) -> dict[str, LockedStage]:
    """The lock entries by stage name, for those stages that the parsed lock files (by path) pin."""
    found = {}
    for stage in pipeline.stages:
        document = locks.get(stage.lockfile)
        stages = document.get("stages") if isinstance(document, dict) else None
        entry = stages.get(stage.lock_name) if isinstance(stages, dict) else None
        if isinstance(entry, dict):
            found[stage.name] = locked_stage(stage.wdir, entry)
    return found


def locked_stage(wdir: str, entry: Mapping[str, Any]) -> LockedStage:
    """One stage's entry of a lock, its paths written relative to `wdir`."""
    parameters = entry.get("params") or {}
    command = entry.get("cmd")
    return LockedStage(
        command="\n".join(command) if isinstance(command, list) else str(command or ""),
        dependencies=_pins(wdir, entry.get("deps")),
        parameters={place(wdir, file): dict(values) for file, values in parameters.items() if isinstance(values, dict)},
        outputs=_pins(wdir, entry.get("outs")),
    )


def _pins(wdir: str, entries: Iterable[Mapping[str, Any]] | None) -> dict[str, Pinned]:
    return {
        place(wdir, entry["path"]): pinned(entry)
        for entry in entries or ()
        if isinstance(entry, dict) and isinstance(entry.get("path"), str)
    }
