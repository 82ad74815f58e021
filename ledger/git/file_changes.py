"""The files that differ between two commits: the only module that imports GitPython."""

from __future__ import annotations

from pathlib import Path

import git

from ledger.git.process import failed
from ledger.model.frozen import frozen


@frozen
class FileChange:
    """One file that differs. `kind`: added, removed, renamed or changed; `old_path` where it was renamed.

    `patch` begins with its first hunk: git's own two lines with the file's names are not in it.
    """

    path: str
    old_path: str | None
    kind: str
    patch: str

    def lines(self, sign: str) -> int:
        """How many lines came (`+`) or went (`-`)."""
        # not splitlines: what it takes for line ends besides, a form feed among them, git does not
        return sum(line.startswith(sign) for line in self.patch.split("\n"))


def file_changes(root: Path, a: str, b: str) -> tuple[FileChange, ...]:
    """The files that differ between two commits, with their patches; renames are found."""
    with git.Repo(root) as repo:
        try:
            diffs = repo.commit(a).diff(repo.commit(b), create_patch=True)
        except git.GitCommandError as error:
            raise failed(["diff-tree", a, b], str(error.stderr)) from None
        return tuple(
            FileChange(
                path=diff.b_path or diff.a_path or "",
                old_path=diff.a_path if diff.renamed_file else None,
                kind="added"
                if diff.new_file
                else "removed"
                if diff.deleted_file
                else "renamed"
                if diff.renamed_file
                else "changed",
                patch=diff.diff.decode(errors="replace") if isinstance(diff.diff, bytes) else diff.diff or "",
            )
            for diff in diffs
        )
