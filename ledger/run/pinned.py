"""What the lock files of a work tree pin, beside the parameters that its files hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ledger.model import globs
from ledger.model.formats import yaml12
from ledger.model.formats.lockfile import LockedStage, locked_stages
from ledger.model.formats.paramfiles import parse
from ledger.model.parameters import flatten, identical
from ledger.model.pipeline import Pipeline, Stage


def locks(root: Path, pipeline: Pipeline) -> dict[str, LockedStage]:
    """What the lock files of a work tree pin for each stage."""
    documents = {}
    for path in pipeline.lockfiles():
        if (root / path).is_file():
            documents[path] = yaml12.loads((root / path).read_text("utf-8"))
    return locked_stages(pipeline, documents)


def taken_for_equal(locked: LockedStage, texts: Mapping[str, str]) -> tuple[str, ...]:
    """The parameters that a stage ran with in another type than the files have now: DVC holds 1, 1.0 and true equal."""
    found = []
    for file, pinned in locked.parameters.items():
        document = parse(file, texts[file]) if file in texts else {}
        written = flatten(document)
        found += [
            key
            for key, value in globs.named(pinned, document).items()
            if key in written and written[key] == value and not identical(written[key], value)
        ]
    return tuple(found)


def made_with_equal(locked: LockedStage, others: Iterable[LockedStage]) -> tuple[str, ...]:
    """The parameters that another run of a stage, with the same outputs, had in another type: these may be its outputs.

    DVC takes the one for the other where the outputs are not in place, lays those out and pins them with the new value.
    """
    found: dict[str, None] = {}
    for other in others:
        if (other.command, other.dependencies, other.outputs) != (locked.command, locked.dependencies, locked.outputs):
            continue
        if other.parameters == locked.parameters:
            for file, values in locked.parameters.items():
                others_values = other.parameters[file]
                found |= {key: None for key, value in values.items() if not identical(value, others_values[key])}
    return tuple(found)


def dropped(locked: LockedStage, stage: Stage) -> tuple[str, ...]:
    """The dependencies and parameters that a stage ran with and declares no more: DVC takes it for unchanged."""
    return (
        *(path for path in locked.dependencies if path not in stage.dependencies),
        *(
            key
            for file, values in locked.parameters.items()
            for key in values
            if not any(use.file == file and (key in use.keys or use.covers(key)) for use in stage.parameters)
        ),
    )


def forget_dropped(root: Path, pipeline: Pipeline) -> None:
    """Take out of the lock files of a work tree what they pin of stages that ran with more than they declare now."""
    pinned = locks(root, pipeline)
    for stage in pipeline.stages:
        if stage.frozen or stage.name not in pinned or not dropped(pinned[stage.name], stage):
            continue
        path = root / stage.lockfile
        document: Any = yaml12.loads(path.read_text("utf-8"))
        del document["stages"][stage.lock_name]
        path.write_text(yaml12.dumps(document), "utf-8")
