"""Parts that several shapes have."""

from __future__ import annotations

from typing import Any

from ledger.model.confirmation import Tested
from ledger.model.formats.lockfile import Pinned
from ledger.stats.summary import Summary


def summary(value: Summary) -> dict[str, Any]:
    """`{n, mean, sd}`."""
    return {"n": value.n, "mean": value.mean, "sd": value.sd}


def pin(value: Pinned | None) -> dict[str, Any] | None:
    """A hash with its sizes."""
    return None if value is None else value.to_mapping()


def short_branch(ref: str | None) -> str | None:
    """A full ref as git calls its branch."""
    return None if ref is None else ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def tested(value: Tested) -> dict[str, Any]:
    """What was confirmed of one arm, or was not, and by which experiments."""
    return {"variant": value.variant, "state": value.state, "by": list(value.by)}
