"""Whether a commit is in another's history is what git says of it, near or far."""

from __future__ import annotations

import os
import random
import subprocess
from itertools import count, product
from pathlib import Path

import pytest
from conftest import MakeProject, Project

from ledger.git import ancestry
from ledger.git.git import Git, open_repository

NUMBERS = count()


@pytest.fixture
def plain(make_project: MakeProject) -> Project:
    """A repository without DVC."""
    return make_project({"a.txt": "a\n"}, dvc=False)


def commit(project: Project, *parents: str) -> str:
    """A commit with these parents, on no branch."""
    named = [argument for parent in parents for argument in ("-p", parent)]
    return project.git("commit-tree", "HEAD^{tree}", *named, "-m", f"commit {next(NUMBERS)}")


def said(root: Path, older: str, newer: str) -> bool:
    """What git says."""
    asked = ["git", "merge-base", "--is-ancestor", older, newer]
    return subprocess.run(asked, cwd=root, capture_output=True, check=False).returncode == 0


def near(git: Git, older: str, newer: str) -> bool | None:
    return ancestry.is_near(git.objects, git.common, older, newer)


@pytest.mark.parametrize("seed", range(2))
def test_it_is_what_git_says(plain: Project, seed: int) -> None:
    drawn = random.Random(seed)
    made = [commit(plain)]
    while len(made) < 7:
        made.append(commit(plain, *drawn.sample(made, k=min(len(made), drawn.randint(0, 2)))))
    git = open_repository(plain.root)
    for older, newer in product(made, made):
        assert near(git, older, newer) is said(plain.root, older, newer)


def test_what_lies_far_back_is_left_to_git(plain: Project) -> None:
    first = last = plain.git("rev-parse", "HEAD")
    for _ in range(20):
        last = commit(plain, last)
    other = commit(plain)
    git = open_repository(plain.root)
    assert near(git, first, last) is near(git, other, last) is None
    assert git.is_ancestor(first, last) and not git.is_ancestor(other, last)


@pytest.mark.parametrize("name", ["HEAD", "", "-h", "main", "0" * 40, "HEAD@{1}"])
def test_what_is_no_commit_here_is_left_to_git(plain: Project, name: str) -> None:
    head, blob = plain.git("rev-parse", "HEAD", "HEAD:a.txt").split()
    git = open_repository(plain.root)
    for older, newer in ((name, head), (head, name), (name, name), (blob, head), (head, blob), (blob, blob)):
        assert git.is_ancestor(older, newer) is said(plain.root, older, newer)


def test_a_shallow_clone_is_left_to_git(plain: Project, tmp_path: Path) -> None:
    first = plain.git("rev-parse", "HEAD")
    second = commit(plain, first)
    third = commit(plain, second)
    plain.git("update-ref", "refs/heads/main", third)
    plain.git("clone", "-q", "--depth", "1", f"file://{plain.root}", os.fspath(tmp_path / "shallow"))
    plain.git("update-ref", "refs/heads/first", first)
    plain.git("fetch", "-q", "--depth", "1", f"file://{plain.root}", "first", cwd=tmp_path / "shallow")
    git = open_repository(tmp_path / "shallow")
    assert git.commit(first) == first
    assert near(git, first, third) is None
    assert git.is_ancestor(first, third) is said(tmp_path / "shallow", first, third)
