"""How long stages took, kept by what their lock entries say: one that DVC restores keeps its original seconds."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from ledger.model.lockfile import LockedStage


def keep(folder: Path, stage: LockedStage, *, seconds: float, peak_memory_mb: float | None) -> None:
    """Remember what a stage took. A cache that cannot be written is no error."""
    path = _path(folder, stage)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps({"seconds": seconds, "peak_memory_mb": peak_memory_mb}))
        partial.replace(path)
    except OSError:
        return


def find(folder: Path, stage: LockedStage) -> Mapping[str, float | None]:
    """`seconds` and `peak_memory_mb` of a stage that ran here; empty where none is known."""
    try:
        return dict(json.loads(_path(folder, stage).read_text()))
    except (OSError, ValueError):
        return {}


def _path(folder: Path, stage: LockedStage) -> Path:
    digest = hashlib.sha256(json.dumps(asdict(stage), sort_keys=True, default=str).encode()).hexdigest()
    return folder / f"{digest[:32]}.json"
