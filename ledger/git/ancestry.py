"""Whether one commit is in the history of another that lies near, found without a walk of git's."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ledger.errors import LedgerError
from ledger.git.git_object import FULL_ID, parents_of
from ledger.git.objects import Objects
from ledger.git.shallow import is_shallow

# how many commits are read; the branch of an experiment has about as many
_NEAR: Final = 16


def is_near(objects: Objects, common: Path, older: str, newer: str) -> bool | None:
    """Whether `older` is in the history of `newer`; None where that lies too far back, or git has to be asked."""
    # what a shallow clone has cut off is no history to git, though the commit may be here
    if not FULL_ID.fullmatch(older) or not FULL_ID.fullmatch(newer) or is_shallow(common):
        return None
    if older == newer:
        known = objects.read(older)
        return True if known is not None and known.kind == "commit" else None
    seen, level = {newer}, [newer]
    while level:
        try:
            found = objects.read_few(level)
        except LedgerError:
            return None
        if any(one is None or one.kind != "commit" for one in found):
            return None
        level = [one for one in dict.fromkeys(p for commit in found for p in parents_of(commit)) if one not in seen]
        seen.update(level)
        if older in seen:
            return True
        if len(seen) > _NEAR:
            return None
    return False
