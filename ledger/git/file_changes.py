"""The files that differ between two commits, with their patches: the only module that imports GitPython."""

from __future__ import annotations

from pathlib import Path

import git

from ledger.git.changed_lines import FileChange
from ledger.git.process import failed


def file_changes(root: Path, a: str, b: str) -> tuple[FileChange, ...]:
    """The files that differ between two commits, with their patches; renames are found."""
    with git.Repo(root) as repo:
        try:
            diffs = repo.commit(a).diff(repo.commit(b), create_patch=True)
        except git.GitCommandError as error:
            raise failed(["diff-tree", a, b], str(error.stderr)) from None
        return tuple(map(_change, diffs))


def _change(diff: git.Diff) -> FileChange:
    patch = diff.diff.decode(errors="replace") if isinstance(diff.diff, bytes) else diff.diff or ""
    # not splitlines: what it takes for line ends besides, a form feed among them, git does not
    lines = patch.split("\n")
    return FileChange(
        path=diff.b_path or diff.a_path or "",
        old_path=diff.a_path if diff.renamed_file else None,
        kind="added"
        if diff.new_file
        else "removed"
        if diff.deleted_file
        else "renamed"
        if diff.renamed_file
        else "changed",
        lines_added=sum(line.startswith("+") for line in lines),
        lines_removed=sum(line.startswith("-") for line in lines),
        patch=patch,
    )
