"""What DVC does in case others work in the same work tree: a slot is its worker's alone.

DVC locks every path that a stage reads or writes, nine times a stage, by writing a file twice; and it opens what it
remembers of files (two SQLite databases) anew for every call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

# what DVC remembers of files, by the folder of the database; open until the process ends
_open: dict[str, Any] = {}


@contextmanager
def alone() -> Iterator[None]:
    """Within the block DVC locks no paths, and finds what it remembers of files open."""
    import dvc.rwlock
    from dvc_data.hashfile import cache

    rwlock, links, hashes = dvc.rwlock.rwlock, cache.Cache, cache.HashesCache
    dvc.rwlock.rwlock = _no_lock
    cache.Cache, cache.HashesCache = _kept_open(links), _kept_open(hashes)
    try:
        yield
    finally:
        dvc.rwlock.rwlock = rwlock
        cache.Cache, cache.HashesCache = links, hashes


def _no_lock(*_: object) -> AbstractContextManager[None]:
    return nullcontext()


def _kept_open(opening: Callable[..., Any]) -> Callable[..., Any]:
    def opened(directory: str | None = None, **options: object) -> Any:
        if directory is None or options:
            # one of another kind, of which a call makes its own: what a remote holds
            return opening(directory, **options)
        # somebody may have removed it: then it begins anew, as for a process that has just started
        if directory not in _open or not (Path(directory) / "cache.db").exists():
            _open[directory] = opening(directory)
            _open[directory].close = _stay_open
        return _open[directory]

    return opened


def _stay_open() -> None:
    pass
