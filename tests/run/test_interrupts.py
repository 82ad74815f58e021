"""What ends a run with two slots: Ctrl-C, a closed terminal, `kill` of any process.

The children go, nothing false is recorded, and what has finished is kept.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from conftest import TRAIN, MakeProject, Project, default_files, launcher
from launcher import Command

from ledger.dvc.commands import Runner, Terms
from ledger.git.git import open_repository
from ledger.machine import processes
from ledger.machine.locks import is_held
from ledger.machine.state_directory import StateDirectory
from ledger.run.slots import slot

# All seeds but 0 wait at the gate. Each first starts a process that leaves its session and closes what it was given,
# and which keeps the pipe open whose end tells the test that all are gone.
WAITING = """
import os, signal, subprocess, sys

def away(code):
    subprocess.Popen([sys.executable, "-S", "-c", code], start_new_session=True, close_fds=True)

if params["seed"] != 0 and os.path.exists(GATE):
    STUBBORN
    hold = f"import os, time; pipe = os.open({GATE + '/alive'!r}, os.O_WRONLY); "
    say = f"hello = open({GATE + '/hello'!r}, 'w'); hello.write('x'); hello.close(); time.sleep(600)"
    alive = os.open(GATE + "/alive", os.O_WRONLY)
    away(hold + SHIELD + say)
    try:
        open(GATE + "/never").read()
    except (KeyboardInterrupt, FileNotFoundError):
        # the gate may be open by now
        pass
"""

IGNORES = '"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + '
# it ends as if all were well: its numbers are written, but not from the whole of the training
OBEYS = """
    open("metrics.json", "w").write('{"accuracy": -1}')
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
"""


class Gate:
    """A project of which all trials but the first wait, and a run of it in a session of its own."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project = project
        self._folder = folder
        flags = {"alive": os.O_RDONLY | os.O_NONBLOCK, "hello": os.O_RDWR}
        self._pipes = {name: os.open(folder / name, flag) for name, flag in flags.items()}
        self.run: Command | None = None

    def start(self, *, waiting: int) -> Command:
        """A run with two slots, in which so many trials wait."""
        self.run = launcher.ledger(
            *("run", "-j", "2"),
            cwd=self.project.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        for _ in range(waiting):
            self.one_more()
        return self.run

    def one_more(self) -> None:
        """Wait until one more trial waits, or says something."""
        self._heard("hello", 1)

    def stage(self) -> psutil.Process:
        """A process that trains and waits."""
        own = self.project.root / ".git/ledger/slots/1"
        return next(p for p in processes.marked(own) if p.cmdline()[-1] == "train.py" and p.cmdline()[0] == "python")

    def gone(self) -> None:
        """Wait until all that the stages have started has ended."""
        assert self._heard("alive", 1) == b""

    def _heard(self, name: str, count: int) -> bytes:
        ready, _, _ = select.select([self._pipes[name]], [], [], 60)
        assert ready, f"nothing came through {name}"
        return os.read(self._pipes[name], count)

    def open(self) -> None:
        """Let the trials through: those that wait, those about to, and the later ones."""
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):
                # held until the way in is gone: who comes between would wait for ever
                stack.callback(os.close, os.open(self._folder / "never", os.O_RDWR))
            shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """End what is left."""
        self.open()
        if self.run is not None and self.run.poll() is None:
            self.run.kill()
            self.run.communicate()
        for pipe in self._pipes.values():
            os.close(pipe)


@pytest.fixture
def gates(make_project: MakeProject, tmp_path: Path) -> Iterator[list[Gate]]:
    """The gates that a test has made."""
    made: list[Gate] = []
    yield made
    for gate in made:
        gate.close()


def gate(
    gates: list[Gate], make_project: MakeProject, tmp_path: Path, *, stubborn: str = "pass", shield: str = ""
) -> Gate:
    """A gate with three seeds; `stubborn` is run by the stages that wait, `shield` is what their child begins with."""
    folder = tmp_path / "gate"
    folder.mkdir()
    for name in ("alive", "hello", "never"):
        os.mkfifo(folder / name)
    waiting = WAITING.replace("GATE", repr(str(folder))).replace("STUBBORN", stubborn.strip())
    project = make_project(default_files() | {"train.py": TRAIN + waiting.replace("SHIELD + ", shield)})
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "4")
    project.write({"notes.txt": "mine"})
    gates.append(Gate(project, folder))
    return gates[-1]


def kept(project: Project, *seeds: int) -> None:
    """Just these trials are on the branch, nothing else anywhere, and no process and no lock is left."""
    listed = project.git("ls-tree", "--name-only", "HEAD:experiments/a/trials/treatment").splitlines()
    assert listed == [f"seed-{seed}.yaml" for seed in seeds]
    assert project.git("for-each-ref", "refs/ledger/trials") == ""
    assert project.git("status", "--porcelain") == "?? notes.txt"
    assert project.git("fsck", "--strict", "--no-dangling") == ""
    assert "up to date" in project.dvc("status")
    common = project.root / ".git"
    assert [path for path in common.rglob("*.lock") if "slots" not in path.parts] == []
    own = [path for name in ("claims", "stages") for path in (common / "ledger" / name).rglob("*") if path.is_file()]
    assert [path for path in own if is_held(path)] == []
    for number in (0, 1):
        assert processes.marked(common / f"ledger/slots/{number}") == []
    assert launcher.forks() == []
    # both slots are free
    with slot(open_repository(project.root), StateDirectory(common=common)) as first:
        assert first.path.name == "0"


def complete(made: Gate) -> None:
    """The next run does what is missing, and its numbers are those of whole trials."""
    made.open()
    made.project.ledger("run", "-j", "2")
    kept(made.project, 0, 1, 2, 3)
    found = made.project.ledger("show", "--json").json["trials"]
    assert [t["status"] for t in found] == ["succeeded"] * 4
    assert all(t["metrics"]["accuracy"] > 0 for t in found)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run(
    gates: list[Gate], make_project: MakeProject, tmp_path: Path, number: signal.Signals
) -> None:
    made = gate(gates, make_project, tmp_path)
    run = made.start(waiting=2)
    # as a terminal does it: to all of the foreground's processes
    os.killpg(run.pid, number)
    said = run.communicate()[1].decode()
    assert run.returncode == 130
    assert said.rstrip().endswith("interrupted")
    assert "Traceback" not in said
    made.gone()
    kept(made.project, 0)
    # it was not killed: whoever ended it knows
    assert made.project.ledger("status", "--json").json["killed_runs"] == []
    complete(made)


def test_stages_that_will_not_end(gates: list[Gate], make_project: MakeProject, tmp_path: Path) -> None:
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    made = gate(gates, make_project, tmp_path, stubborn=stubborn, shield=IGNORES)
    run = made.start(waiting=2)
    run.send_signal(signal.SIGINT)
    run.communicate()
    assert run.returncode == 130
    made.gone()
    kept(made.project, 0)


def test_a_stage_that_ends_well_because_it_was_asked_to(
    gates: list[Gate], make_project: MakeProject, tmp_path: Path
) -> None:
    made = gate(gates, make_project, tmp_path, stubborn=OBEYS)
    run = made.start(waiting=2)
    run.send_signal(signal.SIGINT)
    run.communicate()
    assert run.returncode == 130
    made.gone()
    kept(made.project, 0)
    # neither is it in DVC's run cache, from where the next run would take it
    complete(made)


def test_interrupted_again_while_it_ends(gates: list[Gate], make_project: MakeProject, tmp_path: Path) -> None:
    stubborn = "signal.signal(signal.SIGTERM, lambda *_: open(GATE + '/hello', 'w').write('x'))".replace(
        "GATE", repr(str(tmp_path / "gate"))
    )
    made = gate(gates, make_project, tmp_path, stubborn=stubborn)
    run = made.start(waiting=2)
    run.send_signal(signal.SIGINT)
    # the stages have been asked to end, and do not: the user is impatient
    made.one_more()
    run.send_signal(signal.SIGINT)
    said = run.communicate()[1].decode()
    assert run.returncode == 130
    assert "Traceback" not in said
    made.gone()
    complete(made)


def test_the_controller_is_killed(gates: list[Gate], make_project: MakeProject, tmp_path: Path) -> None:
    made = gate(gates, make_project, tmp_path)
    run = made.start(waiting=2)
    run.kill()
    run.communicate()
    # the workers notice, and what the stages have put away goes too: here, or where a slot is used again
    made.project.ledger("run", "--only", "treatment/seed-0")
    made.open()
    made.project.ledger("run", "-j", "2")
    made.gone()
    complete(made)


def test_a_worker_is_killed(gates: list[Gate], make_project: MakeProject, tmp_path: Path) -> None:
    made = gate(gates, make_project, tmp_path)
    run = made.start(waiting=2)
    os.kill(os.getsid(made.stage().pid), signal.SIGKILL)
    # its trial has a second turn, with another worker, while the other slot still waits
    made.one_more()
    made.open()
    said = run.communicate()[1].decode()
    assert run.returncode == 0, said
    complete(made)


def test_a_stage_is_killed(gates: list[Gate], make_project: MakeProject, tmp_path: Path) -> None:
    made = gate(gates, make_project, tmp_path)
    run = made.start(waiting=2)
    made.stage().kill()
    # the last trial has its turn
    made.one_more()
    made.open()
    said = run.communicate()[1].decode()
    assert run.returncode == 1
    kept(made.project, 0, 1, 2, 3)
    found = {t["id"]: t["status"] for t in made.project.ledger("show", "--json").json["trials"]}
    assert sorted(found.values()) == ["killed", "succeeded", "succeeded", "succeeded"], said
    killed = next(name for name, status in found.items() if status == "killed")
    assert f"{killed} killed in train" in said


def test_a_command_that_ends_well_once_the_run_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runner, "_given_up", False)
    runner = Runner(terms=Terms(environment=os.environ), begins=lambda stage: None, adopts=False)
    assert runner._run(["true"], str(tmp_path), os.environ)[0] == 0
    Runner.give_up()
    assert runner._run(["true"], str(tmp_path), os.environ)[0] == -signal.SIGTERM
