"""Checkouts as continuous integration makes them: one commit, often without a branch, a tag or any history."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import MakeProject, Project

OURS = Path(__file__).parents[2] / "experiments"


@pytest.fixture
def origin(make_project: MakeProject) -> Project:
    """A repository whose main branch has two experiments of this one's."""
    project = make_project(dvc=False)
    for name in ("wider", "shift"):
        shutil.copytree(OURS / name, project.root / "experiments" / name)
    project.git("switch", "-q", "-C", "main")
    project.commit("land two")
    return project


@pytest.mark.parametrize(
    "commands",
    [
        ["fetch -q --no-tags --depth=1 URL main", "checkout -q --detach FETCH_HEAD"],
        ["fetch -q --depth=1 URL +main:refs/remotes/pull/7/merge", "checkout -q --detach refs/remotes/pull/7/merge"],
        ["fetch -q --depth=1 URL main:topic", "checkout -q topic"],
        ["fetch -q --depth=1 URL main:refs/remotes/origin/main", "checkout -q --detach refs/remotes/origin/main"],
    ],
    ids=["no ref", "a pull request", "one branch", "main of a remote"],
)
def test_what_has_landed_is_known_where_one_commit_is_all_there_is(
    origin: Project, tmp_path: Path, commands: list[str]
) -> None:
    there = tmp_path / "a clone"
    origin.git("init", "-q", "-b", "unborn", str(there), cwd=tmp_path)
    for command in commands:
        origin.git(*(origin.root.as_uri() if word == "URL" else word for word in command.split()), cwd=there)
    rows = origin.ledger("log", "--json", cwd=there).json
    assert {(row["name"], row["status"]) for row in rows} == {("wider", "landed"), ("shift", "landed")}
    assert len(origin.ledger("show", "wider", "--json", cwd=there).json["trials"]) == 10


def test_no_branch_is_guessed_where_there_are_others(origin: Project) -> None:
    origin.git("branch", "-m", "main", "trunk")
    assert len(origin.ledger("log", "--json").json) == 2
    origin.git("switch", "-q", "-c", "exp/deeper")
    assert origin.ledger("log", "--json").json == []
    origin.git("switch", "-q", "--detach", "trunk")
    assert origin.ledger("log", "--json").json == []
    answer = origin.ledger("land", "wider", code=2)
    assert "hint" in answer.err
    origin.write({"ledger.yaml": "main: trunk\n"})
    assert len(origin.ledger("log", "--json").json) == 2
