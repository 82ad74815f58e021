"""What git's configuration says of where a repository came from; no remote is asked."""

from __future__ import annotations

import os

from ledger.git.git import Git
from ledger.git.process import call


def address(git: Git) -> str | None:
    """The address of `origin`, or of the only remote; None where there is none. It may hold a password."""
    done = call(["config", "-z", "--get-regexp", r"^remote\..*\.url$"], cwd=git.root)
    pairs = (os.fsdecode(pair).partition("\n") for pair in done.stdout.split(b"\0") if pair)
    found: dict[str, str] = {}
    for key, _, url in pairs:
        # git fetches from the first
        found.setdefault(key, url)
    return found.get("remote.origin.url", next(iter(found.values())) if len(found) == 1 else None)
