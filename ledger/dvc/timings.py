"""What is known of the runs of stages here, kept by what their lock entries say.

A stage that DVC restores keeps its original seconds, and it is known which code made what is restored.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path

from ledger.model.formats.lockfile import LockedStage
from ledger.model.frozen import frozen

# as many commits are remembered whose code made the same
_CODES = 16


@frozen
class KnownTiming:
    """What a stage took, and the commits whose code made just this (the last one last)."""

    seconds: float | None = None
    peak_memory_mb: float | None = None
    codes: tuple[str, ...] = ()


def keep(folder: Path, stage: LockedStage, *, seconds: float, peak_memory_mb: float | None, code: str) -> None:
    """Remember what a stage took on the code of a commit. A cache that cannot be written is not an error."""
    path = _path(folder, stage)
    codes = [*(known for known in find(folder, stage).codes if known != code), code][-_CODES:]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps({"seconds": seconds, "peak_memory_mb": peak_memory_mb, "codes": codes}))
        partial.replace(path)
    except OSError:
        return


def find(folder: Path, stage: LockedStage) -> KnownTiming:
    """What is known of a stage that ran here; nothing where it ran elsewhere."""
    try:
        found = json.loads(_path(folder, stage).read_text())
        return KnownTiming(
            seconds=found["seconds"], peak_memory_mb=found["peak_memory_mb"], codes=tuple(found.get("codes", ()))
        )
    except (OSError, ValueError, LookupError):
        return KnownTiming()


def _path(folder: Path, stage: LockedStage) -> Path:
    digest = hashlib.sha256(json.dumps(asdict(stage), sort_keys=True, default=str).encode()).hexdigest()
    return folder / f"{digest[:32]}.json"
