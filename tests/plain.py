"""A repository without DVC, and commits in it that no ref names."""

from __future__ import annotations

from collections.abc import Mapping

from conftest import Project

from ledger.git.entries import plain_file
from ledger.git.git import Git


def committed(git: Git, base: str, files: Mapping[str, str | None], *, message: str = "more") -> str:
    """A commit on top of `base` that no ref names, with the files set or removed."""
    entries = {path: None if text is None else plain_file(git.blob(text.encode())) for path, text in files.items()}
    return git.commit_tree(git.tree(base, entries), [base], message)


def head(project: Project) -> str:
    return project.git("rev-parse", "HEAD")
