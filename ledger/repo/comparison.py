"""Two arguments compared: what each of them is as a side, and which files differ between their code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledger.analysis.diff import CodeChange, Diff, diff
from ledger.analysis.side import Side
from ledger.errors import LedgerError, NotHere
from ledger.git.changed_lines import FileChange, changed_lines
from ledger.git.git import Git
from ledger.model.experiment import directory
from ledger.model.pipeline import inside
from ledger.model.remarks import Kind, Remark
from ledger.repo import arm_data, side_data
from ledger.repo.code import Code
from ledger.repo.experiments import is_record
from ledger.repo.ledger import Ledger
from ledger.repo.sides import side
from ledger.repo.targets import Target


def compare(ledger: Ledger, a: Target, b: Target, *, patches: bool = False, partly: bool = False) -> Diff:
    """The comparison of two targets, with what changed in every file where `patches` are asked for.

    Raises LedgerError where something of them is not here; with `partly` only where it is not the code.
    """
    left, right = side(ledger, a), side(ledger, b)
    left, right = side_data.in_same_terms(ledger, left, right), side_data.in_same_terms(ledger, right, left)
    left, right = arm_data.in_full(ledger, left, right, (a, b))
    untold: tuple[Remark, ...] = ()
    try:
        changes = code_changes(ledger, left, right, _folders(a, b), patches=patches)
    except LedgerError as error:
        if not partly:
            raise
        changes, untold = (), (Remark.of(Kind.CODE_UNTOLD, why=error.message),)
    store = ledger.store()
    digests = {pin.md5 for one in (left, right) for pin in one.data.values() if pin.md5 and pin.md5.endswith(".dir")}
    listings = {digest: listing for digest in digests if (listing := store.listing(digest))}
    grouped = arm_data.grouped(ledger, (left, right), (a, b))
    found = diff(left, right, code=changes, listings=listings, grouped=grouped)
    return replace(found, warnings=(*untold, *found.warnings))


def _folders(*targets: Target) -> list[str]:
    """The folders of the experiments that are compared, whose records may be many."""
    return list(dict.fromkeys(directory(one.experiment.name) for one in targets if one.experiment is not None))


def code_changes(
    ledger: Ledger, a: Side, b: Side, without: Sequence[str] = (), *, patches: bool
) -> tuple[CodeChange, ...]:
    """The files that differ between the code of two sides, without results, parameters and data.

    `without` are folders that hold nothing else.
    """
    if a.code is None or b.code is None or a.code == b.code:
        return ()
    for one in (a, b):
        if one.code is not None and ledger.git.commit(one.code) is None:
            raise NotHere(
                f"the code of {one.label} is not in this clone: {one.code[:10]}",
                hint="git fetch --tags, or --unshallow",
            )
    states = [ledger.code.at(commit) for commit in (a.code, b.code)]
    held = (*a.held, *b.held)

    def is_data(path: str) -> bool:
        # which arms have otherwise
        return any(inside(path, at) for at in held)

    def is_no_code(path: str) -> bool:
        return any(_no_code(ledger.git, state, path) for state in states)

    left = (path for path in ledger.git.changed_paths(a.code, b.code) if _is_left(path, without))
    if not patches and all(is_data(path) or is_no_code(path) for path in left):
        # mostly parameters and results are all that differs
        return ()
    changes = []
    for file in _files(ledger.git, a.code, b.code, without, patches=patches):
        paths = {file.path, file.old_path or file.path}
        if all(map(is_data, paths)) or any(map(is_no_code, paths)):
            continue
        reads = any(state.pipeline.reads(path) for state in states for path in paths)
        changes.append(
            CodeChange(
                path=file.path,
                change=file.kind,
                old_path=file.old_path,
                lines_added=file.lines_added,
                lines_removed=file.lines_removed,
                patch=file.patch,
                ignored=not reads and all(ledger.settings.ignores(path) for path in paths),
            )
        )
    return tuple(changes)


def _files(git: Git, a: str, b: str, without: Sequence[str], *, patches: bool) -> tuple[FileChange, ...]:
    if not patches:
        return changed_lines(git, a, b, without=without)
    # GitPython takes long to import
    from ledger.git.file_changes import file_changes

    return file_changes(git.root, a, b)


def _is_left(path: str, without: Sequence[str]) -> bool:
    """Whether a file lies in none of the folders."""
    return not any(inside(path, folder) for folder in without)


def _no_code(git: Git, state: Code, path: str) -> bool:
    """Whether a file is none of the code that a commit has: a record, a result, parameters or a pointer to data."""
    if path.endswith((".dvc", ".gitignore")) or path in state.texts or state.pipeline.is_result(path):
        return True
    return is_record(git.objects, path, state.commit)
