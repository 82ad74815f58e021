"""Work trees of ours: registered at one stroke, and nobody else's touched."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from threading import Event, Thread

import pytest
from conftest import MakeProject, Project

from ledger.errors import LedgerError
from ledger.git import work_trees
from ledger.git.git import Git, open_repository


def made(git: Git, number: int) -> Path:
    """A work tree of ours."""
    path = git.common / f"ledger/slots/{number}"
    work_trees.add(git, path, "HEAD", aside=path.with_name(f"{number}.git"))
    return path


def test_a_work_tree_is_what_git_would_have_made(project: Project) -> None:
    git = open_repository(project.root)
    theirs = project.root.parent / "theirs"
    project.git("worktree", "add", "-q", "--detach", str(theirs))
    ours = made(git, 0)
    for command in (["status", "--porcelain", "--ignored"], ["rev-parse", "HEAD"], ["ls-files", "--stage"]):
        assert project.git(*command, cwd=ours) == project.git(*command, cwd=theirs)
    assert {(tree.path, tree.branch) for tree in work_trees.listed(git)} == {
        (project.root, "refs/heads/main"),
        (theirs, None),
        (ours, None),
    }
    assert project.git("fsck") == ""
    assert not ours.with_name("0.git").exists()


def test_those_who_list_work_trees_never_see_half_of_one(project: Project) -> None:
    git, done, complaints = open_repository(project.root), Event(), []
    git.run("worktree", "prune")

    def look() -> None:
        while not done.is_set():
            found = subprocess.run(["git", "worktree", "list"], cwd=project.root, capture_output=True, check=False)
            complaints.extend([found.stderr] if found.returncode else [])

    lookers = [Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    try:
        for number in range(40):
            made(git, number)
    finally:
        done.set()
        for looker in lookers:
            looker.join()
    assert complaints == []
    assert len(work_trees.listed(git)) == 41


def test_a_half_made_registration_of_ours_is_replaced(project: Project) -> None:
    git = open_repository(project.root)
    ours = made(git, 0)
    # `git worktree add` was killed, in the days when slots were made with it
    left = git.common / "worktrees/0"
    shutil.copytree(git.common / "worktrees/ledger-0", left)
    (left / "commondir").write_text("")
    (left / "locked").write_text("initializing")
    assert "commondir" in project.shell("git branch -v", code=128)
    work_trees.remove(git, ours, aside=ours.with_name("0.git"))
    assert made(git, 0) == ours
    assert "main" in project.git("branch", "-v")
    assert len(work_trees.listed(git)) == 2


def test_a_registration_of_somebody_elses_that_is_cut_off_is_named(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_trees, "_PAUSES", (0.0,))
    half = project.root / ".git/worktrees/theirs"
    half.mkdir(parents=True)
    (half / "gitdir").write_text("/somewhere/.git\n")
    (half / "commondir").write_text("")
    with pytest.raises(LedgerError, match="worktrees/theirs") as raised:
        work_trees.listed(open_repository(project.root))
    assert "git worktree add" in (raised.value.hint or "")


def test_other_peoples_work_trees_stay_registered_while_they_are_away(project: Project) -> None:
    git, theirs = open_repository(project.root), project.root.parent / "disk/theirs"
    project.git("worktree", "add", "-q", "--detach", str(theirs))
    theirs.parent.rename(theirs.parent.with_name("unplugged"))
    ours = made(git, 0)
    work_trees.remove(git, ours, aside=ours.with_name("0.git"))
    theirs.parent.with_name("unplugged").rename(theirs.parent)
    assert project.git("status", "--porcelain", cwd=theirs) == ""
    assert not ours.exists()
    assert [path.name for path in (git.common / "worktrees").iterdir()] == ["theirs"]


def test_a_name_that_is_taken_is_left_alone(project: Project) -> None:
    git = open_repository(project.root)
    theirs = project.root.parent / "ledger-0"
    project.git("worktree", "add", "-q", "--detach", str(theirs))
    ours = made(git, 0)
    assert (git.common / "worktrees/ledger-0-1").is_dir()
    assert project.git("status", "--porcelain", cwd=theirs) == project.git("status", "--porcelain", cwd=ours) == ""


@pytest.mark.parametrize("cone", ["--cone", "--no-cone"])
def test_a_sparse_checkout_is_not_inherited(make_project: MakeProject, cone: str) -> None:
    project = make_project({"train/a.py": "a", "data/b.bin": "b"}, dvc=False)
    project.git("sparse-checkout", "set", cone, "train")
    assert not (project.root / "data").exists()
    ours = made(open_repository(project.root), 0)
    assert (ours / "train/a.py").is_file() and (ours / "data/b.bin").is_file()
    assert project.git("status", "--porcelain", cwd=ours) == ""
    project.git("sparse-checkout", "reapply")
    assert project.git("status", "--porcelain") == "" and not (project.root / "data").exists()


def test_they_are_those_that_git_lists(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    git = open_repository(project.root)
    for name, options in {"z": ["-b", "other"], "ä b": ["--detach"], "away": ["--detach"]}.items():
        project.git("worktree", "add", "-q", *options, str(project.root.parent / name))
    project.git("worktree", "lock", str(project.root.parent / "z"))
    (project.root.parent / "away").rename(project.root.parent / "elsewhere")
    made(git, 0)
    found = work_trees.listed(git)
    linked = work_trees.listed(open_repository(project.root.parent / "z"))

    monkeypatch.setattr(work_trees, "_registered", lambda git: None)
    assert found == linked == work_trees.listed(git)
    assert [tree.branch for tree in found] == ["refs/heads/main", None, "refs/heads/other", None]


def test_what_registers_work_trees_otherwise_is_left_to_git(project: Project) -> None:
    git = open_repository(project.root)
    project.git("worktree", "add", "-q", "--detach", str(project.root.parent / "theirs"))
    assert work_trees._registered(git) is not None
    for file, text in {
        "commondir": None,
        "gitdir": "../../../theirs/.git\n",
        "HEAD": "ref: refs/heads/.invalid\n",
    }.items():
        path = git.common / "worktrees/theirs" / file
        before = path.read_bytes()
        path.unlink()
        if text is not None:
            path.write_text(text)
        assert work_trees._registered(git) is None, file
        path.write_bytes(before)
