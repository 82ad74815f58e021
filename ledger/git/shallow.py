"""Whether a clone has all of its history, and where what it has ends. `common` is the git directory."""

from __future__ import annotations

from pathlib import Path


def boundary(common: Path) -> str:
    """The commits at which the history of a shallow clone ends, a line each; empty where the clone has all of it."""
    try:
        return (common / "shallow").read_text("ascii", "replace")
    except OSError:
        return ""


def is_shallow(common: Path) -> bool:
    """Whether the clone lacks the older history."""
    return boundary(common) != ""
