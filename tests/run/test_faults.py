"""Processes that are killed at the worst moment: what has finished is kept once, the next run completes the rest."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import TRAIN, MakeProject, Project, Shelved, default_files, launcher

from ledger.git import refs
from ledger.git.git import Git, open_repository
from ledger.machine.processes import marked
from ledger.machine.state_directory import StateDirectory
from ledger.repo.ledger import open_ledger
from ledger.run.collect import collect
from ledger.run.slots import slot
from ledger.run.worker import Worker

# The second trial says who it is and then waits to be killed, until the test takes the gate away. It also keeps a
# pipe open, whose end tells the test that it is gone.
WAITING = """\
import os
if params["seed"] == 1 and os.path.exists(GATE):
    alive = os.open(GATE + "/alive", os.O_WRONLY)
    with open(GATE + "/hello", "w") as hello:
        hello.write(f"{os.getpid()} {os.getcwd()}")
    open(GATE + "/never").read()
"""


class Gate:
    """A project whose second trial waits, and a run in a process of its own that stands there."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project = project
        self._folder = folder
        # held open for writing too, `hello` does not end with the first who says it
        flags = {"alive": os.O_RDONLY | os.O_NONBLOCK, "hello": os.O_RDWR}
        self._pipes = {name: os.open(folder / name, flag) for name, flag in flags.items()}
        self._controller: subprocess.Popen[bytes] | None = None

    def start(self, *, marked: bool = False) -> tuple[subprocess.Popen[bytes], int, Path]:
        """A run whose second trial waits; with the stage's process and the slot.

        `marked`: with a worker that others can tell by its mark, as they cannot where it is a fork.
        """
        options: dict[str, Any] = {"cwd": self.project.root, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        if marked:
            self._controller = subprocess.Popen([sys.executable, "-m", "ledger", "run"], **options)
        else:
            self._controller = launcher.ledger("run", **options)
        stage, folder = self._heard("hello").decode().split(" ", 1)
        return self._controller, int(stage), Path(folder)

    def heard_again(self) -> int:
        """The process of the waiting stage when it is tried once more."""
        return int(self._heard("hello").decode().split(" ", 1)[0])

    def gone(self) -> None:
        """Wait until the stage's process has ended."""
        assert self._heard("alive") == b""

    def _heard(self, name: str) -> bytes:
        ready, _, _ = select.select([self._pipes[name]], [], [], 60)
        assert ready, f"nothing came through {name}"
        return os.read(self._pipes[name], 4096)

    def close(self) -> None:
        """Let later trials through."""
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._controller is not None and self._controller.poll() is None:
            self._controller.kill()
            self._controller.communicate()
        for pipe in self._pipes.values():
            os.close(pipe)
        self._pipes = {}


@pytest.fixture
def gate(make_project: MakeProject, tmp_path: Path) -> Iterator[Gate]:
    """An experiment of three seeds, the second of which waits."""
    folder = tmp_path / "gate"
    folder.mkdir()
    for name in ("alive", "hello", "never"):
        os.mkfifo(folder / name)
    project = make_project(default_files() | {"train.py": TRAIN + WAITING.replace("GATE", repr(str(folder)))})
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")
    made = Gate(project, folder)
    yield made
    made.close()


def pending(project: Project) -> list[str]:
    return project.git("for-each-ref", "--format=%(refname:lstrip=4)", "refs/ledger/trials").splitlines()


def recorded(project: Project) -> list[str]:
    paths = project.git("ls-tree", "-r", "--name-only", "HEAD", "experiments/").splitlines()
    return [path.split("/trials/")[1] for path in paths if "/trials/" in path]


def sound(project: Project, seeds: int = 3) -> None:
    """The repository is whole and every trial is on the branch once."""
    assert recorded(project) == [f"treatment/seed-{seed}.yaml" for seed in range(seeds)]
    assert pending(project) == []
    assert project.git("fsck", "--strict", "--no-dangling") == ""
    assert project.git("status", "--porcelain") == ""
    assert "up to date" in project.dvc("status")
    common = project.root / ".git"
    assert [path for path in common.rglob("*.lock") if path.name != "lock" and "slots" not in path.parts] == []
    held = project.git("log", "--format=%(trailers:key=Ledger-Trial,valueonly)", "--tags=ledger/*").split()
    assert sorted(held) == [f"treatment/seed-{seed}" for seed in range(seeds)]


def finish(gate: Gate) -> None:
    """The next run completes what is missing."""
    gate.close()
    gate.project.ledger("run")
    sound(gate.project)


def test_the_controller_is_killed(gate: Gate) -> None:
    project = gate.project
    (project.root / "scratch.txt").write_text("mine")
    controller, _, own = gate.start()
    before = project.git("rev-parse", "HEAD")
    controller.kill()
    controller.communicate()
    # its worker notices, and ends with the stage: no half-dead trial writes into a slot that is used again
    gate.gone()
    assert project.git("rev-parse", "HEAD") == before
    assert project.git("status", "--porcelain") == "?? scratch.txt"
    assert pending(project) == ["treatment/seed-0"]
    status = project.ledger("status", "--json").json
    assert (status["succeeded"], status["failed"], status["missing"], status["uncollected"]) == (1, 0, 2, 1)
    (project.root / "scratch.txt").unlink()
    finish(gate)
    assert own == project.root / ".git/ledger/slots/0"
    assert not (own.parent / "1").exists()


def test_what_a_killed_run_left_at_work_is_ended_before_its_slot_is_used_again(gate: Gate) -> None:
    controller, stage, own = gate.start(marked=True)
    worker = os.getsid(stage)
    os.kill(worker, signal.SIGSTOP)
    controller.kill()
    controller.communicate()
    gate.project.ledger("run", "--only", "treatment/seed-2")
    gate.gone()
    assert not (own.parent / "1").exists()
    finish(gate)


def test_the_worker_is_killed(gate: Gate) -> None:
    controller, stage, _ = gate.start()
    os.kill(os.getsid(stage), signal.SIGKILL)
    # it was nobody's fault: the trial has a second turn, with a new worker
    again = gate.heard_again()
    assert again != stage
    os.kill(os.getsid(again), signal.SIGKILL)
    said = controller.communicate()[1].decode()
    assert controller.returncode == 1
    assert "interrupted twice" in said and "treatment/seed-1" in said
    assert "nothing to run" not in said
    gate.gone()
    # nothing is recorded of the trial that was not its fault, and the others went on
    assert recorded(gate.project) == ["treatment/seed-0.yaml", "treatment/seed-2.yaml"]
    assert pending(gate.project) == []
    finish(gate)


def test_the_stage_is_killed(gate: Gate) -> None:
    project = gate.project
    controller, stage, _ = gate.start()
    os.kill(stage, signal.SIGKILL)
    said = controller.communicate()[1].decode()
    assert controller.returncode == 1
    assert "killed" in said
    assert recorded(project) == [f"treatment/seed-{seed}.yaml" for seed in range(3)]
    trials = {t["id"]: t["status"] for t in project.ledger("show", "--json").json["trials"]}
    assert trials == {"treatment/seed-0": "succeeded", "treatment/seed-1": "killed", "treatment/seed-2": "succeeded"}
    assert project.git("status", "--porcelain") == ""
    gate.close()
    assert "nothing to run" in project.ledger("run", code=1).out
    project.ledger("run", "--again")
    assert "treatment/seed-1.2.yaml" in recorded(project)
    assert project.git("fsck", "--no-dangling") == ""


def test_an_interrupt_keeps_what_has_finished(gate: Gate) -> None:
    controller, _, _ = gate.start()
    controller.send_signal(signal.SIGINT)
    said = controller.communicate()[1].decode()
    assert controller.returncode == 130
    assert said.rstrip().endswith("interrupted")
    assert "Traceback" not in said
    gate.gone()
    assert recorded(gate.project) == ["treatment/seed-0.yaml"]
    status = gate.project.ledger("status", "--json").json
    assert (status["succeeded"], status["failed"], status["missing"]) == (1, 0, 2)
    finish(gate)


@pytest.mark.parametrize("times", [1, 2])
def test_the_worker_is_killed_while_it_looks_at_the_repository(
    project: Project, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    project.ledger("new", "Wider", "--seeds", "2")
    ask = Worker._asked
    killed: list[str] = []

    def asked(self: Worker, name: str, *arguments: object, **named: object) -> object:
        if name == "describe" and len(killed) < times:
            killed.append(name)
            os.kill(self._process.pid, signal.SIGKILL)
        return ask(self, name, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Worker, "_asked", asked)

    answer = project.ledger("run", code=0 if times == 1 else 2)

    assert len(killed) == times
    if times == 2:
        # twice is no accident of ours: it is told as what it is
        assert "error: the worker process was killed" in answer.err
        assert "hint: by hand, or by the system for lack of memory; type it again" in answer.err
        monkeypatch.undo()
        project.ledger("run")
    assert len(project.ledger("show", "--json").json["trials"]) == 2


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


def test_killed_between_the_ref_and_the_outputs(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")

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
    project.ledger("amend", "--over", "seed=0..3", "-m", "two are few")


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
    assert "a: no problem, 8 trials" in project.ledger("verify", "a").out


# --- slots that are in no fit state


HARMS = [
    "rm SLOT/.git",
    "rm -r SLOT",
    "rm -r .git/worktrees/*",
    "echo nonsense > SLOT/.git",
    "echo 'ref: refs/heads/nowhere' > .git/worktrees/ledger-0/HEAD",
    "rm .git/worktrees/ledger-0/index",
    "head -c 40 .git/worktrees/ledger-0/index > x && mv x .git/worktrees/ledger-0/index",
    "touch .git/worktrees/ledger-0/index.lock && rm SLOT/train.py",
    "touch .git/worktrees/ledger-0/HEAD.lock",
    "echo broken > SLOT/train.py; echo broken > SLOT/dvc.lock; mkdir SLOT/extra; echo x > SLOT/model.txt",
    "rm -r SLOT/.dvc",
    "git worktree move SLOT elsewhere && rm -r elsewhere",
    "git worktree lock SLOT",
]


def test_a_broken_slot_is_mended(project: Project) -> None:
    git = open_repository(project.root)
    for harm in HARMS:
        with slot(git, StateDirectory(common=git.common)) as own:
            own.prepare("main", keep=[])
            project.shell(harm.replace("SLOT", f'"{own.path}"'))
            own.prepare("main", keep=[])
            assert own.path == project.root / ".git/ledger/slots/0"
            assert project.git("status", "--porcelain", "--ignored", cwd=own.path) == "", harm
            assert (own.path / "train.py").read_text() == TRAIN, harm
    assert project.git("status", "--porcelain") == ""


def test_a_run_in_a_slot_that_was_broken(project: Project) -> None:
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")
    project.ledger("run", "--only", "treatment/seed-0")
    own = project.root / ".git/ledger/slots/0"
    (own / ".dvc/config.local").write_text("[cache]\n    dir = /nowhere\n")
    # the lock of a worker that is gone, with the number of a process that lives
    (own / ".dvc/tmp/rwlock").write_text(
        f'{{"{own}/metrics.json": {{"write": {{"pid": {os.getpid()}, "cmd": "worker"}}}}}}'
    )
    project.ledger("run")
    sound(project)


def test_a_second_run_of_an_experiment_is_refused_while_one_is_at_work(project: Project) -> None:
    project.ledger("new", "Rate", "--seeds", "1")
    with StateDirectory(common=project.root / ".git").claimed("rate", "treatment/seed-0") as ours:
        assert ours
        refused = project.ledger("run", code=2)
    assert "another run of rate is already running the" in refused.err
    project.ledger("run")


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
def test_killed_while_it_collects(project: Project, module: str, name: str) -> None:
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")
    project.write({"mine.txt": "mine"})
    killed_at(project, module, name, "after", 1, "ledger run" if name == "move" else "")
    project.ledger("run", "-j", "2")
    assert project.git("status", "--porcelain") == "?? mine.txt"
    (project.root / "mine.txt").unlink()
    sound(project)
