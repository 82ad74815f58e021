"""Which changes would a run not notice? Those whose old results DVC would hand out as new ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time

from ledger.model.formats.lockfile import Pinned
from ledger.model.parameters import flatten
from ledger.model.pipeline import Pipeline, inside
from ledger.model.settings import Settings


def undeclared(
    changed: Iterable[str], pipeline: Pipeline, settings: Settings, *, tracked: Mapping[str, Pinned]
) -> tuple[str, ...]:
    """The changed files that no stage depends on and that are not known to have no effect, sorted.

    `tracked` are the paths that `.dvc` files pin; a changed `.dvc` file counts through what it pins.
    """
    return tuple(sorted(p for p in set(changed) if not _noticed(p, pipeline, settings, tracked)))


def not_plain(pipeline: Pipeline, files: Mapping[str, Mapping[str, object]]) -> tuple[str, ...]:
    """The tracked parameters, as `file:key`, whose value DVC cannot pin: dates and times. `files` are parsed."""
    uses = [use for stage in pipeline.stages if not stage.frozen for use in stage.parameters if use.file in files]
    return tuple(
        dict.fromkeys(
            f"{use.file}:{key}"
            for use in uses
            for key, value in flatten(files[use.file]).items()
            if use.covers(key) and holds_a_date(value)
        )
    )


def holds_a_date(value: object) -> bool:
    """Whether a parameter's value is a date or a time, or has one in it."""
    if isinstance(value, list | tuple):
        return any(map(holds_a_date, value))
    if isinstance(value, Mapping):
        return any(map(holds_a_date, value.values()))
    return isinstance(value, date | time)


def _noticed(path: str, pipeline: Pipeline, settings: Settings, tracked: Mapping[str, Pinned]) -> bool:
    if pipeline.reads(path) or settings.ignores(path) or pipeline.is_result(path) or path.endswith(".gitignore"):
        return True
    data = path.removesuffix(".dvc")
    dependencies = [d for stage in pipeline.stages for d in stage.dependencies]
    return data != path and data in tracked and any(inside(d, data) or inside(data, d) for d in dependencies)
