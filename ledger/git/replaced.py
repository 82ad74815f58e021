"""Objects that git shows otherwise than they are: by `git replace`, or by a graft."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.git.git import Git

_REPLACED = "refs/replace/"


def replaced(git: Git, commits: Iterable[str]) -> tuple[str, ...]:
    """The objects that the commits reach and that have a stand-in in this clone.

    The ledger reads the originals, so nothing is wrong with what it proves; what `git log` shows is another thing.
    """
    stand_ins = {ref.removeprefix(_REPLACED) for ref in git.refs(_REPLACED)} | _grafted(git)
    if not stand_ins:
        return ()
    reached = {line.partition(" ")[0] for line in git.text("rev-list", "--objects", *commits).splitlines()}
    return tuple(sorted(stand_ins & reached))


def _grafted(git: Git) -> set[str]:
    try:
        text = (git.common / "info" / "grafts").read_text("utf-8", errors="replace")
    except OSError:
        return set()
    return {line.split(" ")[0].strip() for line in text.splitlines() if line.strip() and not line.startswith("#")}
