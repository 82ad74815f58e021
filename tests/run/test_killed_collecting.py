"""Runs that are killed at a line of ours, while trials are collected or before: the next one completes them."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from pathlib import Path

import pytest
from after_kills import pending, recorded, sound
from conftest import Project, Shelved, default_files, launcher
from planned import three_seeds, two_seeds

from ledger.git import refs
from ledger.git.git import Git
from ledger.machine.processes import marked
from ledger.repo.ledger import open_ledger
from ledger.run.collect import collect
from ledger.run.worker import Worker

# --- killed while trials are collected


class Killed(BaseException):
    """Stands for a kill at a line of ours."""


def cut_off(project: Project) -> None:
    """An experiment whose three trials have finished, and the process was killed before the ref moved."""
    project.ledger("new", "Seeds", "--name", "a", "--over", "seed=1,2,0")

    def killed(git: Git, changes: object, reason: str) -> bool:
        if reason.startswith("ledger run"):
            raise Killed
        return move(git, changes, reason)  # type: ignore[arg-type]

    move = refs.move
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refs, "move", killed)
        with contextlib.suppress(Killed):
            project.ledger("run")


@pytest.fixture
def uncollected(shelved: Shelved) -> Project:
    """An experiment whose three trials have finished, and the process was killed before the ref moved."""
    return shelved(cut_off, default_files())


def test_killed_between_the_work_tree_and_the_ref(uncollected: Project) -> None:
    project = uncollected
    # the files are there, staged, and the branch is not
    assert "A  dvc.lock" in project.git("status", "--porcelain").splitlines()
    assert len(pending(project)) == 3
    status = project.ledger("status", "--json").json
    assert (status["succeeded"], status["uncollected"]) == (3, 3)
    got = project.ledger("run")
    assert "3 trials on the branch" in got.out
    assert recorded(project) == [f"treatment/seed-{seed}.yaml" for seed in range(3)]
    assert pending(project) == []
    assert project.git("status", "--porcelain") == ""
    assert "up to date" in project.dvc("status")


def test_a_note_and_a_record_after_that_kill(uncollected: Project) -> None:
    project = uncollected
    project.ledger("note", "the machine went down")
    assert project.git("show", "--format=", "--name-only", "HEAD") == "experiments/a/notes.md"
    assert "is already recorded" in project.ledger("record", code=2).err
    project.ledger("run")
    sound(project)


def test_killed_between_the_ref_and_the_outputs(shelved: Shelved, monkeypatch: pytest.MonkeyPatch) -> None:
    project = shelved(three_seeds, default_files())

    def killed(self: Worker, root: Path, cache: Path, keep: list[str]) -> list[str]:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Worker, "checkout", killed)
        with contextlib.suppress(Killed):
            project.ledger("run")
    assert pending(project) == []
    assert project.git("status", "--porcelain") == ""
    # the next run lays them out, and leaves alone what the user has put there meanwhile
    project.write({"model.txt": "mine"})
    assert "nothing to run" in project.ledger("run").out
    assert (project.root / "model.txt").read_text() == "mine"
    project.dvc("checkout", "--force")
    sound(project)


def test_trials_are_collected_once_by_whoever_comes_first(uncollected: Project) -> None:
    project = uncollected
    project.git("reset", "-q", "--hard")
    with open_ledger(project.root) as ledger, Worker() as worker:
        first = collect(ledger, "a", worker)
        assert first is not None
        assert first.trials == 3
        assert collect(ledger, "a", worker) is None
    sound(project)


def amended(project: Project) -> None:
    """An experiment that was concluded and then asked for more seeds, of which none has run."""
    arms = ("--predict", "accuracy >= baseline + 0.1", "-S", "train.lr=0.5")
    project.ledger("new", "Seeds", "--name", "a", "--over", "seed=0..1", *arms)
    project.ledger("run")
    project.ledger("conclude")
    project.ledger("amend", "--over", "seed=0..2", "-m", "two are few")


@pytest.mark.parametrize("moved", [False, True])
def test_killed_while_what_an_amendment_added_was_collected(
    shelved: Shelved, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    project = shelved(amended, default_files())
    move = refs.move

    def killed(git: Git, changes: object, reason: str) -> bool:
        if not reason.startswith("ledger run") or moved:
            move(git, changes, reason)  # type: ignore[arg-type]
        if reason.startswith("ledger run"):
            raise Killed
        return True

    with monkeypatch.context() as patch:
        patch.setattr(refs, "move", killed)
        with pytest.raises(Killed):
            project.ledger("run")
    project.ledger("run", "--again")
    # the verdict is out of date, and nobody is accused
    assert "a: no problem, 6 trials" in project.ledger("verify", "a").out


# --- kill -9 of the controller at a line of ours, in a process of its own

KILLED_AT = """
import importlib, os, signal, sys
from ledger.cli.main import main

module, name, when, count, word = sys.argv[1:]
owner = importlib.import_module(module)
*path, last = name.split(".")
for part in path:
    owner = getattr(owner, part)
real, calls = getattr(owner, last), []

def wrapped(*arguments, **options):
    if any(str(argument).startswith(word) for argument in arguments):
        calls.append(last)
    turn = len(calls) == int(count)
    if turn and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*arguments, **options)
    if turn and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(owner, last, wrapped)
sys.exit(main(["run", "-j", "2"]))
"""


def killed_at(project: Project, module: str, name: str, when: str, count: int, word: str = "") -> None:
    """A run that kills itself before or after a function's call with an argument that begins with `word`."""
    given = [module, name, when, str(count), word]
    run = launcher.ledger(*given, code=KILLED_AT, cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = run.communicate()
    assert run.returncode == -signal.SIGKILL, (given, said)


# each begins where the one before it was cut off
POINTS = [
    ("ledger.run.slots", "Slot._rebuild", "before", 2),
    ("ledger.run.slots", "Slot._rebuild", "after", 1),
    ("ledger.run.slots", "Slot.prepare", "after", 2),
    ("ledger.run.worker", "Worker.configure", "before", 2),
    ("ledger.run.worker", "Worker.reproduce", "before", 2),
    ("ledger.run.worker", "Worker.reproduce", "after", 2),
    ("ledger.git.git", "Git.commit_tree", "after", 2),
    ("ledger.git.refs", "move", "before", 2),
]


def test_killed_at_one_line_after_the_other(project: Project) -> None:
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "9")
    project.write({"mine.txt": "mine"})
    held: set[str] = set()
    for module, name, when, count in POINTS:
        killed_at(project, module, name, when, count)
        # nothing that had finished has gone, and the user's files are as they were
        now = {*pending(project), *(path.removesuffix(".yaml") for path in recorded(project))}
        assert held <= now, name
        held = now
        assert project.git("status", "--porcelain") == "?? mine.txt", name
    assert len(held) < 9
    project.ledger("run", "-j", "2")
    (project.root / "mine.txt").unlink()
    sound(project, 9)
    own = project.root / ".git/ledger/slots"
    assert sorted(path.name for path in own.iterdir() if path.is_dir()) == ["0", "1"]
    listed = project.git("worktree", "list", "--porcelain")
    assert listed.count("worktree ") == 3
    assert "prunable" not in listed
    assert [process for number in range(2) for process in marked(own / str(number))] == []
    assert launcher.forks() == []


@pytest.mark.parametrize(
    ("module", "name"),
    [("ledger.git.branch", "bring_along"), ("ledger.git.git", "Git.annotated_tag"), ("ledger.git.refs", "move")],
)
def test_killed_while_it_collects(shelved: Shelved, module: str, name: str) -> None:
    project = shelved(two_seeds, default_files())
    project.write({"mine.txt": "mine"})
    killed_at(project, module, name, "after", 1, "ledger run" if name == "move" else "")
    project.ledger("run", "-j", "2")
    assert project.git("status", "--porcelain") == "?? mine.txt"
    (project.root / "mine.txt").unlink()
    sound(project, 2)
