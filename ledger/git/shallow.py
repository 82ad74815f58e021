"""Whether a clone has all of its history, and where what it has ends."""

from __future__ import annotations

from ledger.git.git import Git


def boundary(git: Git) -> str:
    """The commits at which the history of a shallow clone ends, a line each; empty where the clone has all of it."""
    try:
        return (git.common / "shallow").read_text("ascii", "replace")
    except OSError:
        return ""


def is_shallow(git: Git) -> bool:
    """Whether the clone lacks the older history."""
    return boundary(git) != ""
