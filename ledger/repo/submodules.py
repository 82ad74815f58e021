"""The submodules of a code state: which of them a trial can have, and what to do where it cannot."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git import submodules
from ledger.git.git import Git
from ledger.git.process import call
from ledger.git.submodules import Submodule
from ledger.model.pipeline import inside
from ledger.repo.code import Code
from ledger.repo.ledger import Ledger


def here(git: Git, code: Code) -> tuple[Submodule, ...]:
    """The submodules whose commits this clone holds, outer ones first; a trial has these, whatever is checked out.

    Raises LedgerError where a stage depends on one of which it does not: its trials would find an empty folder.
    """
    found = submodules.of_commit(git, code.commit, code.submodules)
    read = {path for stage in code.pipeline.stages for path in stage.dependencies}
    for one in found:
        if one.store is None and any(inside(path, one.path) or inside(one.path, path) for path in read):
            if not one.cloned:
                raise LedgerError(
                    f"the submodule {one.path} is not checked out, and a stage depends on it",
                    hint=f"git submodule update --init --recursive {_outer(code, one)}",
                )
            raise LedgerError(
                f"{one.commit[:10]} of the submodule {one.path}, which {code.commit[:10]} names, is not in this clone",
                hint=f"git -C {one.path} fetch --all, or git -C {one.path} fetch origin {one.commit}",
            )
    return tuple(one for one in found if one.store is not None)


def holding(ledger: Ledger, commit: str, path: str) -> str | None:
    """The submodule that a path lies in at a commit, which says what is there; None where that is not known here."""
    try:
        return None if ledger.git.commit(commit) is None else ledger.code.at(commit).submodule_of(path)
    except LedgerError:
        return None


def file_id(ledger: Ledger, commit: str, path: str) -> str | None:
    """What identifies a file of a submodule at a commit: its blob, or where that is not here the submodule's commit."""
    if holding(ledger, commit, path) is None:
        return None
    found = submodules.of_commit(ledger.git, commit, ledger.code.at(commit).submodules)
    innermost = next(one for one in reversed(found) if inside(path, one.path))
    if innermost.store is None:
        return innermost.commit
    with closing(submodules.objects(innermost.store)) as reader:
        held = reader.at(innermost.commit, path.removeprefix(f"{innermost.path}/"))
    return None if held is None else held.oid


def changed_paths(ledger: Ledger, code: Code, since: str) -> tuple[str, ...]:
    """The paths that differ from another commit; of a submodule its files, where this clone holds both its commits."""
    left = list(ledger.git.changed_paths(since, code.commit))
    if code.submodules.keys().isdisjoint(left):
        return tuple(left)
    before, after = (
        {one.path: one for one in submodules.of_commit(ledger.git, at.commit, at.submodules)}
        for at in (ledger.code.at(since), code)
    )
    found = []
    while left:
        path = left.pop()
        # one that changes nothing as a whole stays whole
        known = path in before and path in after and not ledger.settings.ignores(path)
        files = submodules.differing(before[path], after[path]) if known else None
        if files is None:
            found.append(path)
        else:
            left += files
    return tuple(found)


def _outer(code: Code, submodule: Submodule) -> str:
    """The submodule itself, or that of the code's own which holds it."""
    return next(path for path in code.submodules if inside(submodule.path, path))


def refuse_changed(root: Path, paths: Iterable[str]) -> None:
    """Raise LedgerError where a submodule at one of the paths has changes that none of its commits holds."""
    for path in paths:
        place = root / path
        if (place / ".git").exists() and call(["status", "--porcelain", "--untracked-files=no"], cwd=place).stdout:
            raise LedgerError(
                f"the submodule {path} has uncommitted changes: no commit names the code that would run",
                hint=f"commit them in {path}, then git add {path} && git commit",
            )
