"""What a reflog says about who made a commit.

A message is written by the git or ledger that runs here. Other people's words may stand in it behind a `: `, as the
subject of a commit that was carried over.
"""

from __future__ import annotations

import re
from enum import Enum, auto


class Way(Enum):
    """How a commit came to be, as far as it was here."""

    COMMITTED = auto()
    """It is new, on top of what the ref had: `git commit`, `git revert`, a command of ledger's."""
    BEGUN = auto()
    """It is the first on a new branch of ledger's, on top of the commit that was forked from."""
    AMENDED = auto()
    """It stands in the place of what the ref had."""
    MERGED = auto()
    """It is new, and joins commits."""
    PICKED = auto()
    """It carries over a change that some other commit made."""
    COMBINED = auto()
    """The same, with more than one change in it, or with what the user made of a conflict."""


_WAYS = (
    (Way.COMMITTED, re.compile(r"commit(?: \(initial\))?: |revert: |ledger(?: run| land)?: ")),
    (Way.BEGUN, re.compile(r"ledger new: ")),
    (Way.AMENDED, re.compile(r"commit \(amend\): ")),
    (Way.MERGED, re.compile(r"commit \(merge\): |(?:merge|pull)\b.*: Merge made by the '[\w-]+' strategy\.?$")),
    (Way.COMBINED, re.compile(r"(?:rebase|pull)\b[^:]* \((?:continue|edit|squash|fixup)\): ")),
    (Way.PICKED, re.compile(r"(?:rebase|pull|cherry-pick|am|ledger pull)\b.*: |commit \((?:cherry-pick|rebase)\): ")),
)
# what moves a ref to a commit that is there already
_PLACED = re.compile(r"(?:rebase|pull)\b.* \((?:start|finish|abort|reset)\): |(?:merge|pull|fetch)\b.*: Fast-forward$")

_FINISHED = re.compile(
    r"(?:ledger pull: \S+|rebase[^:]*? ?\(?finish(?:ed)?\)?: refs/heads/\S+) onto ([0-9a-f]{40,64})$"
)
_FETCHED = re.compile(r"(?:clone|fetch|pull)\b")


def way(message: str) -> Way | None:
    """How the commit was made to which a ref was moved; None where it was not made by that."""
    if _PLACED.match(message):
        return None
    return next((found for found, pattern in _WAYS if pattern.match(message)), None)


def rebased_onto(message: str) -> str | None:
    """The commit onto which a whole branch was rebased by that, or replayed by a pull; None where it was not."""
    found = _FINISHED.match(message)
    return None if found is None else found[1]


def is_pulled(message: str) -> bool:
    """Whether `ledger pull` made the branch anew, which leaves no entry for each commit."""
    return message.startswith("ledger pull: ")


def is_fetched(message: str) -> bool:
    """Whether something came from another repository."""
    return _FETCHED.match(message) is not None


_SQUASHED = re.compile(r"^Squashed commit of the following:$", re.MULTILINE)
_COMMIT = re.compile(r"^commit ([0-9a-f]{40,64})$", re.MULTILINE)


def squashed(message: str) -> tuple[str, ...]:
    """The commits that `git merge --squash` has put into one, as that one's message says."""
    found = _SQUASHED.search(message)
    return () if found is None else tuple(_COMMIT.findall(message, found.end()))
