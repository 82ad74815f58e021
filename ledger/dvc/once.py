"""A stage that several trials share runs once: the first runs it, the others wait and restore what it made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from ledger.machine.locks import waited_for


def key(stage: Any) -> str | None:
    """What DVC's run cache knows a run of the stage by: its command, dependencies and parameters.

    None for a stage that it does not keep; that one runs every time.
    """
    from dvc.exceptions import DvcException
    from dvc.stage.cache import _can_hash, _get_stage_hash

    try:
        # outputs that neither DVC nor the run cache holds cannot be restored
        if any(not out.use_cache for out in stage.outs if not (out.is_metric or out.is_plot)):
            return None
        with _present_dependencies(stage):
            return str(_get_stage_hash(stage)) if _can_hash(stage) else None
    except (DvcException, OSError):
        # what is wrong with it, DVC says when it runs it
        return None


@contextmanager
def _present_dependencies(stage: Any) -> Iterator[None]:
    """The stage with the hashes of its dependencies as they are now, and as it was before afterwards.

    DVC compares the two to see whether the outputs in the lock are still good.
    """
    before = [(dep, dep.hash_info, dep.meta, dep.obj) for dep in stage.deps]
    try:
        stage.save_deps()
        yield
    finally:
        for dep, digest, meta, obj in before:
            dep.hash_info, dep.meta, dep.obj = digest, meta, obj


def shared(folder: Path, stage: Any, waits: Callable[[], None]) -> Any:
    """The lock under which a stage is looked up in the run cache, run and kept, as a context manager."""
    name = None if stage.frozen or not stage.cmd else key(stage)
    return nullcontext() if name is None else waited_for(folder / name, waits)
