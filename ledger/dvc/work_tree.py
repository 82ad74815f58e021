"""DVC's outputs in a work tree: which are changed, and laying them out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.dvc import remotes, work_tree_config
from ledger.dvc.resolve import words
from ledger.errors import LedgerError


def changed_outputs(root: Path, *, cache: Path) -> list[str]:
    """The cached outputs at `root` that hold something else than their lock says, relative to `root`.

    An output that is missing is not among them, nor one that the cache holds, such as another experiment's: nothing
    would be lost by laying it out.
    """
    with work_tree(root, cache) as repo:
        return [
            os.path.relpath(out.fs_path, root)
            for out in repo.index.outs
            if out.use_cache
            and out.protocol == "local"
            and out.exists
            and (not out.hash_info or out.changed_checksum())
            and not _held(out)
        ]


def _held(out: Any) -> bool:
    """Whether the cache holds all that lies at the output's path."""
    _, _, found = out._build(
        out.cache, out.fs_path, out.fs, out.hash_name, ignore=out.dvcignore, dry_run=True, no_progress_bar=True
    )
    hashes = [info.value for _, _, info in found] if found.hash_info.isdir else [found.hash_info.value]
    return all(out.cache.exists(value) for value in hashes)


def checkout(root: Path, *, cache: Path, keep: Sequence[str]) -> list[tuple[str, bool]]:
    """Lay out the cached outputs at `root` as their locks say, but for those to `keep`.

    Returns those that could not be, each with whether the cache holds it: then there was no room, or no right to write.
    """
    from dvc.exceptions import CheckoutError

    with work_tree(root, cache) as repo:
        wanted = [
            out.fs_path
            for out in repo.index.outs
            if out.use_cache
            and out.protocol == "local"
            and out.hash_info
            and os.path.relpath(out.fs_path, root) not in keep
            and (not out.exists or out.changed_checksum())
        ]
        if not wanted:
            return []
        try:
            repo.checkout(targets=wanted, force=True)
        except CheckoutError as error:
            held = {out.fs_path for out in repo.index.outs if out.hash_info and out.cache.exists(out.hash_info.value)}
            return [(os.path.relpath(path, root), str(path) in held) for path in error.target_infos]
        return []


def commit(root: Path, *, targets: Sequence[str]) -> None:
    """Put the outputs at `root` into the cache as they are."""
    with work_tree(root) as repo:
        wanted: list[str | None] = [*targets] or [None]
        for target in wanted:
            repo.commit(target, force=True)


def status(root: Path, *, targets: Sequence[str]) -> dict[str, Any]:
    """What `dvc status` says of the work tree at `root`: empty where the lock agrees with the files."""
    with work_tree(root) as repo:
        return dict(repo.status(targets=list(targets) or None))


@contextmanager
def work_tree(root: Path, cache: Path | None = None) -> Iterator[Any]:
    """DVC's view of a work tree. What it finds wrong in its files is the user's to correct: a LedgerError."""
    from dvc.config import ConfigError
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    os.chdir(root)
    try:
        with (
            remotes.without_plugins(),
            Repo(str(root), config={"cache": {"dir": str(cache)}} if cache else None) as repo,
        ):
            yield repo
    except DvcException as error:
        if isinstance(error, ConfigError):
            # which says what file it is
            work_tree_config.configured(root)
        hint = "correct the file, or git restore it, then try again"
        raise LedgerError(f"DVC cannot read the work tree: {words(error)}", hint=hint) from None
