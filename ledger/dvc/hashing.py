"""DVC hashes the dependencies of a stage about ten times for one run: where nothing has changed, once is enough."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def remembered() -> Iterator[Callable[[], None]]:
    """Within the block what DVC finds at a dependency's path is remembered; gives the function that forgets it all.

    Whoever changes files, or lets a stage change them, calls that first and afterwards.
    """
    from dvc.output import Output

    known: dict[tuple[object, ...], tuple[Any, Any, Any]] = {}
    build = Output._build

    def remembering(out: Any, odb: Any, path: str, fs: Any, name: str, **options: Any) -> tuple[Any, Any, Any]:
        # what is to be kept in the cache is read anew; so is what is not a file of this machine
        if not (out.IS_DEPENDENCY and options.get("dry_run") and fs.protocol == "local"):
            found: tuple[Any, Any, Any] = build(out, odb, path, fs, name, **options)
            return found
        key = (path, name)
        if key not in known:
            known[key] = build(out, odb, path, fs, name, **options)
        staging, meta, obj = known[key]
        return staging, copy.copy(meta), obj

    Output._build = remembering
    try:
        yield known.clear
    finally:
        Output._build = build
