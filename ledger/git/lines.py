"""Lines through a history: the commits that followed one another, where merges would leave a choice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ledger.git.git import Git
from ledger.model.frozen import frozen


@frozen
class CommitLine:
    """What a commit says of itself: the first line of its message, and its author's date."""

    subject: str
    date: datetime


def between(git: Git, older: str, newer: str) -> list[str] | None:
    """The commits from `newer` back to `older`, both among them; None where `older` is not in the history.

    At a merge the first parent is followed where it goes back to `older`, so that what the merge brought counts as one
    step of the main line, or else the first other one that does. So `older` is in the history of every commit named.
    """
    if older == newer:
        return [newer]
    out = git.text("rev-list", "--ancestry-path", "--parents", f"{older}..{newer}", "--")
    parents = {commit: rest for commit, *rest in map(str.split, out.splitlines())}
    line, at = [], newer
    while at != older:
        found = next((p for p in parents.get(at, ()) if p == older or p in parents), None)
        if found is None:
            return None
        line.append(at)
        at = found
    return [*line, older]


def first_parents(git: Git, commit: str) -> list[str]:
    """The commit and all before it by first parents, the newest first, as far as this clone has them."""
    return git.text("rev-list", "--first-parent", commit, "--").split()


def told(git: Git, commits: Sequence[str]) -> dict[str, CommitLine]:
    """What commits say of themselves, by their ids."""
    if not commits:
        return {}
    listed = "".join(f"{commit}\n" for commit in dict.fromkeys(commits))
    out = git.text("log", "--no-walk=unsorted", "--stdin", "-z", "--format=%H%n%aI%n%s", stdin=listed.encode())
    found = {}
    for part in filter(None, out.split("\0")):
        oid, date, subject = part.split("\n", 2)
        found[oid] = CommitLine(subject=subject, date=datetime.fromisoformat(date))
    return found
