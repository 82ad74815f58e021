"""Where a file may lie that a command is asked to write (`-o`): one rule for all of them.

Nothing is written through a symbolic link that git holds, nor over what the ledger, DVC or the pipeline lives by. Any
other file of git's gives way to its like alone: a picture to a picture, a table to a table.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ledger.errors import LedgerError
from ledger.git.held_links import followed, is_held, require_own_way
from ledger.machine import whole_file
from ledger.model import settings
from ledger.model.experiment import DIRECTORY
from ledger.model.pipeline import inside
from ledger.repo.code import Code
from ledger.repo.ledger import Ledger

_HINT: Final = "-o names another place"
_DVC: Final = ("dvc.yaml", "dvc.lock", ".dvcignore")
_GIT: Final = (".gitignore", ".gitattributes", ".gitmodules")
# two of a kind begin alike: this many bytes tell pictures, pages and tables from one another
_BEGINNING: Final = 7


def place(ledger: Ledger, output: Path) -> Path:
    """Where the file will be, links of the user's own followed. Raises LedgerError where it may not, or cannot."""
    real = require_own_way(ledger.git, output)
    if output.is_dir():
        raise LedgerError(f"{output} is a folder", hint="-o FILE names a file")
    if not real.parent.is_dir():
        raise LedgerError(
            f"cannot write {output}: there is no folder {output.parent}", hint="-o FILE in a folder that exists"
        )
    _require(output, owner(ledger, real))
    return real


def require_free(ledger: Ledger, output: Path) -> None:
    """Raise LedgerError where no checkpoint may be laid out, in whose place a link of the user's own would be replaced.

    It may take the place of an output: that is a checkpoint too.
    """
    require_own_way(ledger.git, output)
    _require(output, owner(ledger, followed(output.parent)[0] / output.name, data=True))


def _require(output: Path, whose: str | None) -> None:
    if whose is not None:
        raise LedgerError(f"{output} is {whose}: nothing is written there", hint=_HINT)


def write(ledger: Ledger, content: bytes, output: Path) -> None:
    """Write the file whole or not at all. Raises LedgerError where it may not be there, or cannot."""
    real = place(ledger, output)
    try:
        if output.exists() and not output.is_file():
            whole_file.pour(content, output)
            return
        if is_held(ledger.git, real) and not _begins_like(real, content):
            raise LedgerError(
                f"{output} is in git, and holds something else: it is not overwritten",
                hint=f"{_HINT}, or git rm --cached {output} first",
            )
        whole_file.write(content, real, ledger.git.root)
    except OSError as error:
        raise LedgerError(f"cannot write {output}: {error.strerror}", hint="-o FILE in a folder that exists") from None


def owner(ledger: Ledger, real: Path, *, data: bool = False) -> str | None:
    """Why nothing may be written to a place, as "read by the pipeline" or "among records"; None where it is free.

    `real` leads through no link; `data`: outputs are free too.
    """
    git = ledger.git
    if real.is_relative_to(git.common.resolve()):
        return "git's"
    if git.bare or not real.is_relative_to(git.root):
        return None
    path, name, parts = real.relative_to(git.root).as_posix(), real.name, real.relative_to(git.root).parts
    if inside(path, DIRECTORY):
        return "among records"
    if inside(path, settings.FILE):
        return "the settings of the ledger"
    if ".dvc" in parts or name.endswith(".dvc") or name in _DVC:
        return "DVC's"
    if ".git" in parts or name in _GIT:
        return "git's"
    return _of_the_pipeline(_code(ledger), path, data=data)


def _of_the_pipeline(code: Code | None, path: str, *, data: bool) -> str | None:
    if code is None:
        return None
    made = next((o.path for o in code.pipeline.outputs() if inside(path, o.path)), None)
    if made is not None or code.pipeline.is_result(path):
        return None if data else "made by the pipeline"
    if any(inside(path, one) for one in code.data):
        return "data of the pipeline"
    return "read by the pipeline" if code.pipeline.reads(path) else None


def _code(ledger: Ledger) -> Code | None:
    """What HEAD runs; None where there is no pipeline, or none that can be read."""
    head = ledger.snapshot.head[1]
    try:
        return None if head is None else ledger.code.at(head)
    except LedgerError:
        return None


def _begins_like(real: Path, content: bytes) -> bool:
    """Whether what is there begins as the content does, is empty, or is gone."""
    try:
        with os.fdopen(os.open(real, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            before = file.read(_BEGINNING)
    except FileNotFoundError:
        return True
    return not before or before == content[:_BEGINNING]
