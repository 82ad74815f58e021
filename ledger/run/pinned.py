"""What the lock files of a work tree pin, beside the parameters that its files hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ledger.model import globs
from ledger.model.formats import yaml12
from ledger.model.formats.lockfile import LockedStage, locked_stages
from ledger.model.formats.paramfiles import parse
from ledger.model.parameters import flatten, identical
from ledger.model.pipeline import Pipeline


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
