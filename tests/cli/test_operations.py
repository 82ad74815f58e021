"""The operations log is enough to take back what a command did: what moved, from where to where, by which command."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from conftest import Project, Shelved

from ledger.git import refs
from ledger.git.git import open_repository
from ledger.git.refs import RefChange
from ledger.repo import operations
from ledger.repo.operations import Operation

# a trial that ends is held by refs of its own at once, outside the log: what collects it takes them away, and is in it
HOLDING = ("refs/ledger/trials/", "refs/remotes/ledger-trials/")

# in this order, on an experiment whose trials have run
COMMANDS = (
    ("new", "Wider still", "--name", "b", "--from", "main", "-S", "train.lr=0.4"),
    ("run", "b", "--yes"),
    ("note", "flat", "--exp", "a"),
    ("amend", "--exp", "a", "--key", "tags=[x]", "-m", "to find it"),
    ("void", "a:treatment/seed-0", "-m", "the disk was full"),
    ("void", "a:treatment/seed-0", "--undo"),
    ("conclude", "a", "-m", "so it is"),
    ("promote", "a", "net", "--stage", "prod", "--why", "to try it"),
    ("promote", "net", "--deprecate"),
    ("land", "a", "--record"),
    ("archive", "a"),
    ("archive", "a", "--undo"),
    ("land", "a", "--adopt"),
)


def ran(project: Project) -> None:
    """An experiment with trials, on its branch."""
    project.ledger(
        "new", "Wider", "--name", "a", "--seeds", "2", "-S", "train.lr=0.3", "--predict", "accuracy >= baseline"
    )
    project.ledger("run")


def logged(project: Project) -> list[Operation]:
    return list(operations.read(project.root / ".git/ledger/operations.jsonl"))


def state(project: Project) -> dict[str, str]:
    """Every ref but those that hold trials until they are collected."""
    lines = project.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return {ref: oid for ref, oid in map(str.split, lines) if not ref.startswith(HOLDING)}


def test_each_entry_taken_back_gives_the_refs_as_they_were(shelved: Shelved, monkeypatch: pytest.MonkeyPatch) -> None:
    project = shelved(ran)
    git = open_repository(project.root)
    states = [(state(project), len(logged(project)))]
    for command in COMMANDS:
        monkeypatch.setattr(sys, "argv", ["/usr/bin/ledger", *command])
        if command[0] == "archive":
            project.git("switch", "-q", "main")
        project.ledger(*command)
        fresh = logged(project)[states[-1][1] :]
        assert {operation.command for operation in fresh} == {operations.command_line()}
        states.append((state(project), states[-1][1] + len(fresh)))
    project.git("switch", "-q", "--detach", "main")
    every = logged(project)
    for (was, first), (_, end) in reversed(list(pairwise(states))):
        for operation in reversed(every[first:end]):
            back = [RefChange(ref=move.ref, old=move.new, new=move.old) for move in operation.moves]
            assert refs.move(git, back, "taken back"), operation
        assert state(project) == was, every[first:end]
