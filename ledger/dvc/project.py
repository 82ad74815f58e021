"""The DVC project that a folder is in."""

from __future__ import annotations

import os

from ledger.dvc.work_tree_config import configured, initialise
from ledger.errors import LedgerError
from ledger.git.git import Git


def set_up(git: Git) -> bool:
    """Set DVC up in the work tree where the current folder is in no project; whether it was.

    Raises LedgerError where DVC cannot read its configuration, and where there is a project further below, or
    something in its place.
    """
    here = git.root / git.prefix
    projects = (folder for folder in (here, *here.parents) if folder.is_relative_to(git.root))
    project = next((folder for folder in projects if (folder / ".dvc" / "config").is_file()), None)
    configured(project)
    if project is not None:
        return False
    below = git.text("ls-files", "--", ":(glob)**/.dvc/config").splitlines()
    if below:
        folder = below[0].removesuffix("/.dvc/config")
        raise LedgerError(
            f"there is a DVC project in {folder}/: ledger sets up none around it", hint=f"cd {folder} && ledger init"
        )
    if os.path.lexists(git.root / ".dvc"):
        raise LedgerError(".dvc is in the way: it is not a DVC project", hint="move it away, then ledger init")
    initialise(git.root, subdir=False)
    return True
