"""A branch that was deleted before it landed: the tags of its trials speak for the experiment."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Project, Shelved


def without_branch(project: Project) -> None:
    """An experiment with two runs, whose branch was deleted."""
    project.ledger("new", "X", "--name", "x", "--seeds", "2", "-S", "train.lr=0.3", "--predict", "accuracy > baseline")
    project.ledger("run", "--only", "seed-0")
    project.ledger("run")
    project.git("switch", "-q", "main")
    project.git("branch", "-q", "-D", "exp/x")


def with_branch(project: Project) -> None:
    """An experiment with a run, whose branch is there."""
    project.ledger("new", "X", "--name", "x", "-S", "train.lr=0.3")
    project.ledger("run")
    project.git("switch", "-q", "main")


@pytest.fixture
def deleted(shelved: Shelved) -> Project:
    """A copy of it."""
    return shelved(without_branch)


def test_every_command_finds_it(deleted: Project) -> None:
    assert "no branch here" in deleted.ledger("log").out
    (row,) = deleted.ledger("log", "--status", "no branch here", "--json").json
    assert row["name"] == "x"
    shown = deleted.ledger("show", "x", "--json").json
    assert shown["status"] == "no branch here" and len(shown["trials"]) == 4
    assert "ledger archive x --undo" in deleted.ledger("show", "x").out
    assert "ledger archive x --undo" in deleted.ledger("status", "x").out
    assert deleted.ledger("diff", "x", "--json").json["metrics"][0]["a"]["n"] == 2
    assert deleted.ledger("table", "--trials", "--json").json
    assert deleted.ledger("verify", "x").code == 0
    before = deleted.state()
    for command in (("run", "x"), ("conclude", "x", "-m", ""), ("land", "x", "--record"), ("archive", "x")):
        assert "ledger archive x --undo" in deleted.ledger(*command, code=2).err
    taken = deleted.ledger("new", "X", "--name", "x", code=2).err
    assert "an experiment whose branch is not here (ledger archive x --undo brings it back)" in taken
    assert deleted.state() == before


@pytest.mark.parametrize("pruned", [False, True])
def test_it_is_brought_back(deleted: Project, *, pruned: bool) -> None:
    if pruned:
        deleted.git("reflog", "expire", "--expire=now", "--all")
        deleted.git("gc", "-q", "--prune=now")
    back = deleted.ledger("archive", "x", "--undo")
    assert "is back, as a run left it" in back.out and "such as a verdict" in back.err
    assert deleted.git("rev-list", "--merges", "exp/x") == ""
    deleted.git("switch", "-q", "exp/x")
    assert deleted.ledger("run", "--json").json["trials"] == []
    deleted.ledger("conclude", "-m", "")
    assert deleted.ledger("verify", "x").code == 0
    assert deleted.ledger("log", "--json").json[0]["status"] == "concluded"


def test_another_branch_in_its_place_is_told(deleted: Project) -> None:
    """The name is taken by a branch without the experiment: the hint keeps that branch, and brings this one back."""
    deleted.git("branch", "-q", "exp/x", "main")
    for command in (("show", "x"), ("run", "x"), ("status", "x")):
        said = deleted.ledger(*command, code=2).err
        assert "the branch exp/x is not an experiment" in said
    first, again = said.partition("of one: ")[2].partition(" brings")[0].split(", then ")
    deleted.shell(first)
    deleted.ledger(*again.split()[1:])
    assert deleted.git("rev-parse", "x-other") == deleted.git("rev-parse", "main")
    assert len(deleted.ledger("show", "x", "--json").json["trials"]) == 4


def test_a_clone_of_one_branch_does_not_call_it_deleted(shelved: Shelved, tmp_path: Path) -> None:
    """What was never fetched looks the same: the words are true of both, and the hint fetches it."""
    project = shelved(with_branch)
    clone = tmp_path / "clone"
    project.git("clone", "-q", "--single-branch", "--branch", "main", f"file://{project.root}", str(clone))
    project.git("fetch", "-q", "--tags", cwd=clone)
    (row,) = project.ledger("log", "--json", cwd=clone).json
    assert row["status"] == "no branch here"
    said = project.ledger("run", "x", code=2, cwd=clone).err
    assert "deleted: ledger archive x --undo" in said
    command = said.partition("where a remote has it: ")[2].partition(";")[0].replace("REMOTE", "origin")
    project.shell(command, cwd=clone)
    assert project.ledger("log", "--json", cwd=clone).json[0]["status"] == "recorded"
    assert project.git("rev-parse", "exp/x", cwd=clone) == project.git("rev-parse", "exp/x")
