"""Laying an object of DVC's cache out at a place of the user's choice: a copy, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from ledger.dvc import manifests
from ledger.dvc.store import ObjectState, Store
from ledger.errors import FormatError, LedgerError


def lay_out(store: Store, digest: str, to: Path, *, force: bool = False) -> None:
    """Copy a file or a folder out of a cache. What is at `to` stays unless `force`, and else until all is copied.

    Raises LedgerError where something is there, or the content is not here whole.
    """
    if digest.endswith(manifests.SUFFIX):
        _placed(lambda made: _folder(store, digest, made), to, force=force)
    else:
        _placed(lambda made: _file(store, digest, made), to, force=force)


def lay_out_bytes(data: bytes, to: Path, *, force: bool = False) -> None:
    """The same of a file whose content is not an object of a cache."""

    def make(made: Path) -> None:
        made.write_bytes(data)

    _placed(make, to, force=force)


def _placed(make: Callable[[Path], None], to: Path, *, force: bool) -> None:
    if os.path.lexists(to) and not force:
        raise LedgerError(f"{to} already exists", hint="-o elsewhere, or --force to replace it")
    if to.exists() and not (to.is_file() or to.is_dir()):
        raise LedgerError(f"{to} is neither a file nor a folder: it is not replaced", hint="-o elsewhere")
    try:
        with tempfile.TemporaryDirectory(prefix=".ledger-", dir=to.parent) as folder:
            made = Path(folder) / "made"
            make(made)
            if os.path.lexists(to):
                # a link is replaced itself, and what it leads to stays
                to.replace(Path(folder) / "old")
            made.replace(to)
    except OSError as error:
        raise LedgerError(f"cannot write {to}: {error.strerror}", hint="-o PATH in a folder that exists") from None


def _file(store: Store, digest: str, to: Path) -> None:
    source = store.path(digest)
    if source is None or store.state(digest, None) is not ObjectState.PRESENT:
        raise LedgerError(f"{digest} is incomplete in DVC's cache", hint="ledger verify --data says what is damaged")
    shutil.copyfile(source, to)


def _folder(store: Store, digest: str, to: Path) -> None:
    data = store.sound(digest)
    try:
        members = None if data is None else manifests.read(data)
    except FormatError as error:
        raise LedgerError(f"the list of files {digest} cannot be used: {error}") from None
    if members is None:
        raise LedgerError(f"{digest} is incomplete in DVC's cache", hint="ledger verify --data says what is damaged")
    to.mkdir()
    for path, md5 in members.items():
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        _file(store, md5, to / path)
