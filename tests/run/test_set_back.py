"""A branch that `git reset --hard` set back past runs: `verify` says what to type, and that mends it."""

from __future__ import annotations

import pytest
from conftest import Project, Shelved


def two_runs(project: Project) -> None:
    """An experiment whose two replicates came with a run each."""
    project.ledger("new", "X", "--name", "x", "--seeds", "2", "-S", "train.lr=0.3", "--predict", "accuracy > baseline")
    project.ledger("run", "--only", "seed-0")
    project.ledger("run")


def mend(project: Project) -> str:
    """Type what `verify` says; returns it."""
    problems = project.ledger("verify", "x", "--json", code=1).json["problems"]
    (said,) = (p["message"] for p in problems if "to bring its records back: " in p["message"])
    command = str(said.partition("to bring its records back: ")[2])
    project.shell(command)
    assert project.ledger("verify", "x", "--json").json["problems"] == []
    assert len(project.ledger("show", "x", "--json").json["trials"]) == 4
    assert project.ledger("run", "--json").json["trials"] == []
    return command


@pytest.mark.parametrize("back", [1, 2])
def test_past_runs(shelved: Shelved, back: int) -> None:
    project = shelved(two_runs)
    tip = project.git("rev-parse", "HEAD")
    project.git("reset", "-q", "--hard", f"HEAD~{back}")
    assert "--ff-only" in mend(project)
    assert project.git("rev-parse", "HEAD") == tip


def test_a_record_that_a_commit_took_away_is_no_branch_that_was_set_back(shelved: Shelved) -> None:
    project = shelved(two_runs)
    project.git("rm", "-q", "experiments/x/trials/treatment/seed-1.yaml")
    project.git("commit", "-q", "-m", "gone")
    (said,) = (p["message"] for p in project.ledger("verify", "x", "--json", code=1).json["problems"])
    assert "is gone; the trial commit" in said


def test_with_a_commit_since(shelved: Shelved) -> None:
    project = shelved(two_runs)
    project.git("reset", "-q", "--hard", "HEAD~1")
    project.ledger("note", "a thought")
    assert "--no-edit" in mend(project)


def test_after_the_run_commit_is_gone(shelved: Shelved) -> None:
    project = shelved(two_runs)
    project.git("reset", "-q", "--hard", "HEAD~1")
    project.git("reflog", "expire", "--expire=now", "--all")
    project.git("gc", "-q", "--prune=now")
    assert "git checkout" in mend(project)
