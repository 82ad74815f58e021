"""What a variant is, apart from its replicates: one hash over commands, sources and parameters.

Two trials are replicates of one thing exactly where their fingerprints agree. Sources are named by git blob
ids (or DVC's md5 where git does not hold them), so that the fingerprint of a commit is known without a
checkout and without running anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from ledger.model import globs
from ledger.model.parameters import flatten
from ledger.model.pipeline import Pipeline, TrackedParameters, inside


def fingerprint(
    pipeline: Pipeline,
    *,
    sources: Mapping[str, str | None],
    parameters: Mapping[str, Mapping[str, Any]],
    axes: Collection[tuple[str, str]],
    samples: Mapping[str, float] = MappingProxyType({}),
) -> str:
    """32 hex digits that name what the pipeline computes.

    `sources` holds an identifier for each dependency that no stage makes; `parameters` the parsed parameter
    files by path; `axes` the (file, key) pairs of the replicate axes, which are left out, so that the
    `pipeline` must have been resolved with the same values of them (see `repo/code.py`); `samples` the paths of data of
    which every replicate draws a sample, with its share: trials of another share are no replicates of these.
    """
    flat = {file: flatten(tree) for file, tree in parameters.items()}
    stages = [
        {
            "name": stage.name,
            "wdir": stage.wdir,
            "command": stage.command,
            "dependencies": {
                # a parameter file that is a plain dependency changes with every seed: its values count, without axes
                path: _values(TrackedParameters(file=path, keys=()), flat, axes)
                if path in flat
                else _drawn(path, sources[path], samples)
                for path in stage.dependencies
                if path in sources or path in flat
            },
            "parameters": {use.file: _values(use, flat, axes) for use in stage.parameters},
        }
        for stage in sorted(pipeline.stages, key=lambda stage: stage.name)
    ]
    text = json.dumps(stages, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _drawn(path: str, source: str | None, samples: Mapping[str, float]) -> str | None:
    """What names a source of which samples are drawn, as those of other sources, by itself where none are."""
    shares = [f"{at} {share!r}" for at, share in samples.items() if inside(path, at) or inside(at, path)]
    return f"{source} samples of {', '.join(shares)}" if shares else source


def _values(
    use: TrackedParameters, flat: Mapping[str, Mapping[str, Any]], axes: Collection[tuple[str, str]]
) -> dict[str, Any]:
    return {
        key: value for key, value in flat.get(use.file, {}).items() if (use.file, key) not in axes and _listed(use, key)
    }


def _listed(use: TrackedParameters, key: str) -> bool:
    return not use.keys or any(
        globs.covers(own, key) if globs.is_glob(own) else key == own or key.startswith(own + ".") for own in use.keys
    )
