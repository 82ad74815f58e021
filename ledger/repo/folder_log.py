"""What the history below a commit did to a folder, from one run of `git log` for all who ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from ledger.git import folder_changes
from ledger.git.folder_changes import Commit
from ledger.git.git import Git
from ledger.model.experiment import DIRECTORY
from ledger.model.pipeline import inside

# of this many folders of one commit, as of what has landed on main, each is asked for by itself
_FEW = 3


def full(git: Git, at: str, folder: str) -> tuple[Commit, ...]:
    """Every commit below `at` that changed something in the folder, whichever way leads to it, the latest first."""
    asked = _asked(git, at)
    asked.add(folder)
    if len(asked) > _FEW and folder.startswith(f"{DIRECTORY}/"):
        return _of_all(git, at).get(folder, ())
    return _of_one(git, at, folder)


def within(commits: Sequence[Commit], folder: str) -> tuple[Commit, ...]:
    """Those that changed something in a folder below."""
    own = (replace(one, files=tuple(file for file in one.files if inside(file.path, folder))) for one in commits)
    return tuple(one for one in own if one.files)


def followed(git: Git, at: str, folder: str) -> tuple[Commit, ...] | None:
    """Those that `git log -- FOLDER` follows, the latest first.

    None where parallel histories of the folder met: which of them git then follows differs from file to file.
    """
    commits = full(git, at, folder)
    differs_from = Counter(one.oid for one in commits)
    if any(1 < len(one.parents) == differs_from[one.oid] for one in commits):
        return None
    # a merge that has the folder as one of its parents has it is no change: git goes on at that parent
    commits = tuple(one for one in commits if len(one.parents) < 2)
    names = [f"{at}:{folder}"]
    for commit in commits:
        names += [f"{commit.oid}:{folder}", *(f"{parent}:{folder}" for parent in commit.parents)]
    git.objects.ahead(names)
    expected = _tree(git, at, folder)
    for commit in commits:
        # where each begins with what the one before it left, there is one line of them
        if _tree(git, commit.oid, folder) != expected:
            return None
        expected = _tree(git, commit.parents[0], folder) if commit.parents else None
    return commits if expected is None else None


def _tree(git: Git, commit: str, folder: str) -> str | None:
    found = git.objects.at(commit, folder)
    return None if found is None else found.oid


# what is below a commit never changes
@lru_cache(maxsize=64)
def _of_one(git: Git, at: str, folder: str) -> tuple[Commit, ...]:
    return tuple(folder_changes.read(git, at, folder))


@lru_cache(maxsize=64)
def _asked(git: Git, at: str) -> set[str]:
    """The folders that were asked for of a commit."""
    return set()


@lru_cache(maxsize=2)
def _of_all(git: Git, at: str) -> Mapping[str, tuple[Commit, ...]]:
    """The same of every experiment's folder."""
    found: dict[str, dict[int, Commit]] = {}
    for number, commit in enumerate(folder_changes.read(git, at, DIRECTORY)):
        for file in commit.files:
            found.setdefault("/".join(file.path.split("/")[:2]), {})[number] = commit
    return {folder: within(list(commits.values()), folder) for folder, commits in found.items()}
