"""Inputs that a stage has changed: its numbers do not come from what its record would say.

Big inputs are links into DVC's cache. DVC takes away the right to write to them, but that stops nobody who is root;
what was written there is in the cache too, under a hash that is no longer its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ledger.model.pipeline import inside


def changed(stage: Any, outputs: Mapping[str, Any], *, twins: Sequence[Path]) -> list[str]:
    """The input files of a stage, held by DVC, that are no longer what their hashes say; relative to the root.

    `outputs` are those of all stages by path; DVC would read every definition again to tell them. A cache object that
    was damaged through a link is replaced by the copy that one of the `twins` (work trees) has, else it is taken away,
    so that no later trial reads it. New files beside the inputs do not count.
    """
    root = Path(stage.repo.root_dir)
    found: dict[str, None] = {}
    for top in _local(stage.deps):
        for out in outputs.values():
            if not _held(out) or not (inside(top, out.fs_path) or inside(out.fs_path, top)):
                continue
            # of an output that holds the dependency, the other files are not looked at
            if (inside(out.fs_path, top) or not _plain(out)) and not _touched(out):
                continue
            for path, digest in _files(out):
                if inside(str(path), top) and not _same(out, path, digest):
                    found[path.relative_to(root).as_posix()] = None
                    _mend(out, path, digest, [twin / path.relative_to(root) for twin in twins])
    return list(found)


def written(stages: Iterable[Any], data: Iterable[Any], *, root: Path, twins: Sequence[Path]) -> list[str]:
    """The same after all `stages`, of the outputs `data` that were laid out for them: any stage may write anywhere.

    All files of the data are mended; those that a stage depends on are returned.
    """
    tops = [top for stage in stages if not stage.frozen for top in _local(stage.deps)]
    found = []
    for out in data:
        if not _held(out) or not out.exists or not _touched(out):
            continue
        for path, digest in _files(out):
            if path.is_file() and not _same(out, path, digest):
                _mend(out, path, digest, [twin / path.relative_to(root) for twin in twins])
                if any(inside(str(path), top) for top in tops):
                    found.append(path.relative_to(root).as_posix())
    return found


def _local(deps: Iterable[Any]) -> list[str]:
    return [str(dep.fs_path) for dep in deps if dep.protocol == "local"]


def _held(out: Any) -> bool:
    return bool(out.protocol == "local" and out.use_cache and out.hash_info)


def _plain(out: Any) -> bool:
    """Whether its hashes are those of the bytes: old versions of DVC had another one, of texts without CR."""
    return bool(out.hash_name == "md5")


def _touched(out: Any) -> bool:
    from dvc.exceptions import DvcException

    try:
        return not out.exists or bool(out.changed_checksum())
    except (DvcException, OSError):
        return True


def _files(out: Any) -> Iterator[tuple[Path, str]]:
    """The files of an output with their hashes, as DVC pins them."""
    top = Path(out.fs_path)
    if not out.hash_info.isdir:
        yield top, out.hash_info.value
        return
    tree = out.get_obj()
    for key, (_, info) in tree.iteritems() if tree is not None else ():
        if info is not None:
            yield top.joinpath(*key), info.value


def _same(out: Any, path: Path, digest: str) -> bool:
    if not path.is_file():
        return False
    # what DVC knows of a file that has not been written to since
    _, known = out.repo.state.get(str(path), out.fs)
    return bool(known.value == digest) if known is not None else _md5(path) == digest


def _mend(out: Any, path: Path, digest: str, copies: Sequence[Path]) -> None:
    held = Path(out.cache.oid_to_path(digest))
    if not _plain(out) or not held.is_file() or _md5(held) == digest:
        return
    good = next((copy for copy in copies if copy.is_file() and _md5(copy) == digest), None)
    with contextlib.suppress(OSError):
        held.unlink()
        path.unlink(missing_ok=True)
        if good is not None:
            partial = held.with_name(f"{held.name}.{os.getpid()}")
            shutil.copyfile(good, partial)
            partial.chmod(0o444)
            partial.replace(held)


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "md5").hexdigest()
