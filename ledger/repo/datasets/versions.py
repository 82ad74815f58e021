"""The versions of a data set: which commits changed its content, and which files each of them brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ledger.errors import LedgerError
from ledger.git import lines
from ledger.git.git import Git
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.repo.datasets import held
from ledger.repo.datasets.held import Held

# the short id of a commit, as plans and tables name an addition; more digits where two begin alike
_DIGITS = 8


@frozen
class DataVersion:
    """The content that a path has from one commit on. `name`: the commit's short id; `held`: None for no content.

    `brought`, `changed` and `removed` are the files that differ from the version before, as sorted paths in the folder;
    of a single file its own name. They are None where a manifest is not here, and of the first version, which has none
    before it.
    """

    commit: str
    name: str
    subject: str
    date: datetime
    held: Held | None
    brought: tuple[str, ...] | None = None
    changed: tuple[str, ...] | None = None
    removed: tuple[str, ...] | None = None

    def to_json(self) -> list[Any]:
        """What is known of it without its files, as plain values."""
        one = self.held
        said = [self.commit, self.name, self.subject, self.date.isoformat()]
        if one is None:
            return [*said, None]
        pin = None if one.pin is None else one.pin.to_mapping()
        return [*said, [one.path, one.content, one.is_folder, pin, one.pointer]]

    @property
    def pin(self) -> Pinned | None:
        """What DVC pins, None where git holds the content, or there is none."""
        return None if self.held is None else self.held.pin

    @property
    def files(self) -> int | None:
        """How many files it brought, changed or removed; None where that is not known."""
        if self.brought is None or self.changed is None or self.removed is None:
            return None
        return len(self.brought) + len(self.changed) + len(self.removed)


def from_json(value: Sequence[Any]) -> DataVersion:
    """The inverse of `to_json`."""
    commit, name, subject, date, held_ = value
    found = None
    if held_ is not None:
        path, content, is_folder, pin, pointer = held_
        known = None if pin is None else Pinned(**{"md5": None} | pin)
        found = Held(path=path, content=content, is_folder=is_folder, pin=known, pointer=pointer)
    return DataVersion(commit=commit, name=name, subject=subject, date=datetime.fromisoformat(date), held=found)


def between(git: Git, path: str, good: str, bad: str) -> tuple[DataVersion, ...]:
    """The content at `good`, then every commit up to `bad` that changed it, the oldest first, without their files.

    Merges count as one step of the main line: see `ledger.git.lines.between`. Raises LedgerError where `good` is not in
    the history of `bad`, or where the path moved from git to DVC in between.
    """
    held.require(git, bad, path)
    line = lines.between(git, good, bad)
    if line is None:
        raise LedgerError(
            f"{good[:10]} is not in the history of {bad[:10]}, so no versions lie between them",
            hint="name an earlier state of the same branch: git log --oneline shows them",
        )
    return _versions(git, path, line)


def until(git: Git, path: str, commit: str) -> tuple[DataVersion, ...]:
    """The versions from the first on, up to a commit, along first parents."""
    line = lines.first_parents(git, commit)
    found = _versions(git, path, line)
    begun = next((n for n, version in enumerate(found) if version.held is not None), len(found))
    return found[begun:]


def _versions(git: Git, path: str, line: list[str]) -> tuple[DataVersion, ...]:
    states = held.history(git, line, path)
    chosen: list[tuple[str, Held | None]] = []
    for commit, state in zip(reversed(line), reversed(states), strict=True):
        if not chosen or _content(chosen[-1][1]) != _content(state):
            _require_one_kind(path, chosen[-1][1] if chosen else None, state, commit)
            chosen.append((commit, state))
    said = lines.told(git, [commit for commit, _ in chosen])
    names = _names([commit for commit, _ in chosen])
    return tuple(
        DataVersion(commit=commit, name=names[commit], subject=said[commit].subject, date=said[commit].date, held=state)
        for commit, state in chosen
    )


def _content(state: Held | None) -> str | None:
    return None if state is None else state.content


def _require_one_kind(path: str, before: Held | None, after: Held | None, commit: str) -> None:
    if before is not None and after is not None and (before.pin is None) != (after.pin is None):
        ways = ("git", "DVC") if before.pin is None else ("DVC", "git")
        raise LedgerError(
            f"{path} moved from {ways[0]} to {ways[1]} at {commit[:10]}: its two sides cannot be compared",
            hint=f"stay on one side of it: {commit[:10]} or later, or earlier than that",
        )


def _names(commits: list[str]) -> dict[str, str]:
    digits = _DIGITS
    while digits < 40 and len({commit[:digits] for commit in commits}) < len(set(commits)):
        digits += 1
    return {commit: commit[:digits] for commit in commits}
