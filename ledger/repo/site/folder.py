"""The folder that a site lies in: whether it may be written, and how."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ledger.errors import LedgerError
from ledger.machine import whole_file
from ledger.model.site import File

OWN = ".ledger-site"
"""The folder in a site's that is its builder's; where it is, the folder is a site's."""


def require(folder: Path) -> None:
    """Raise LedgerError where the folder holds something that is no site."""
    if folder.exists() and not folder.is_dir():
        raise LedgerError(f"{folder} is no folder", hint="-o DIR")
    if folder.is_dir() and not (folder / OWN).is_dir() and any(folder.iterdir()):
        raise LedgerError(
            f"{folder} holds something that is not a site of ledger's", hint="-o DIR: a new or an empty folder"
        )


def install(folder: Path, files: Iterable[File]) -> None:
    """Write the files of a site."""
    (folder / OWN).mkdir(parents=True, exist_ok=True)
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        whole_file.write(file.content, path)
