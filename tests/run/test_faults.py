"""Processes that are killed at the worst moment: what has finished is kept once, the next run completes the rest."""

from __future__ import annotations

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
from after_kills import pending, recorded, sound
from conftest import TRAIN, MakeProject, Project, Shelved, default_files, launcher
from launcher import Command
from planned import three_seeds, wider_twice

from ledger.git.git import open_repository
from ledger.machine.state_directory import StateDirectory
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
        self._controller: subprocess.Popen[bytes] | Command | None = None

    def start(self, *, marked: bool = False) -> tuple[subprocess.Popen[bytes] | Command, int, Path]:
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
    shelved: Shelved, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    project = shelved(wider_twice, default_files())
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
        assert "hint: by hand, or by the system for lack of memory; try again" in answer.err
        monkeypatch.undo()
        project.ledger("run")
    assert len(project.ledger("show", "--json").json["trials"]) == 2


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


def test_a_run_in_a_slot_that_was_broken(shelved: Shelved) -> None:
    project = shelved(three_seeds, default_files())
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
