"""Which changes would a run not notice? Those whose old results DVC would hand out as new ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.model.lockfile import Pinned
from ledger.model.pipeline import Pipeline, inside
from ledger.model.settings import Settings


def undeclared(
    changed: Iterable[str], pipeline: Pipeline, settings: Settings, *, tracked: Mapping[str, Pinned]
) -> tuple[str, ...]:
    """The changed files that no stage depends on and that are not known to have no effect, sorted.

    `tracked` are the paths that `.dvc` files pin; a changed `.dvc` file counts through what it pins.
    """
    dependencies = {d for stage in pipeline.stages for d in stage.dependencies}
    known = {*pipeline.definitions, *pipeline.parameter_files()}
    return tuple(sorted(p for p in set(changed) if not _noticed(p, pipeline, settings, dependencies, known, tracked)))


def _noticed(
    path: str,
    pipeline: Pipeline,
    settings: Settings,
    dependencies: Iterable[str],
    known: Iterable[str],
    tracked: Mapping[str, Pinned],
) -> bool:
    if path in known or settings.ignores(path) or pipeline.is_result(path) or path.endswith(".gitignore"):
        return True
    if path.endswith(".dvc"):
        data = path.removesuffix(".dvc")
        pins = [data] if data in tracked else []
        return any(inside(d, pin) or inside(pin, d) for d in dependencies for pin in pins)
    return any(inside(path, d) for d in dependencies)
