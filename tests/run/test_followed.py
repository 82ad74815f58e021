"""A run is followed and ended: its live table, its lines, `status` while it is at work, one that is detached."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import COMMAND, TRAIN, MakeProject, Project, Shelved, default_files, launcher
from planned import one_seed, two_seeds

from ledger.machine.state_directory import StateDirectory
from ledger.repo import runs

# the time that a test waits for something that must come, in seconds
PATIENCE = 60.0


def trials_of(project: Project) -> dict[str, dict[str, Any]]:
    return {trial["id"].removeprefix("treatment/"): trial for trial in project.ledger("show", "--json").json["trials"]}


def until(happened: Callable[[], Any], what: str) -> Any:
    """What `happened` returns, as soon as that is something."""
    end = time.monotonic() + PATIENCE
    while not (found := happened()):
        assert time.monotonic() < end, f"{what} did not come"
        select.select([], [], [], 0.02)
    return found


# The second trial writes numbers and then waits for the gate.
WAITS = """\
if params["seed"] == 1 and GATE:
    print("epoch 1", flush=True)
    hello = open(GATE + "/hello", "w")
    hello.write("x")
    hello.flush()
    open(GATE + "/go").read(1)
"""


class Gate:
    """A project whose second trial of three waits with its numbers written."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project = project
        self.hello = os.open(folder / "hello", os.O_RDWR)
        self.go = os.open(folder / "go", os.O_RDWR)
        self.state_dir = StateDirectory(common=project.root / ".git")

    def waits(self) -> None:
        """The second trial has come to the gate."""
        assert select.select([self.hello], [], [], PATIENCE)[0], "the trial did not come to the gate"
        os.read(self.hello, 1)

    def opens(self) -> None:
        """Let it go on."""
        os.write(self.go, b"x")

    def detached(self) -> int:
        """A detached run whose second trial waits; its process."""
        # in a process of its own, whose child it does not stay
        assert launcher.ledger("run", "--detach", cwd=self.project.root).wait() == 0
        self.waits()
        return runs.live(self.state_dir, "a")[0].pid

    def ends(self) -> None:
        """No run is at work any more."""
        until(lambda: not runs.live(self.state_dir), "the end of the run")

    def close(self) -> None:
        for state in runs.live(self.state_dir):
            os.kill(state.pid, signal.SIGINT)
        self.ends()
        os.close(self.hello)
        os.close(self.go)


@pytest.fixture
def gate(make_project: MakeProject, tmp_path: Path) -> Iterator[Gate]:
    folder = tmp_path / "gate"
    folder.mkdir()
    os.mkfifo(folder / "hello")
    os.mkfifo(folder / "go")
    project = make_project(default_files() | {"train.py": TRAIN + WAITS.replace("GATE", repr(str(folder)))})
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")
    made = Gate(project, folder)
    yield made
    made.close()


class Terminal:
    """A command on a terminal of its own, 80 columns wide."""

    def __init__(self, project: Project, *arguments: str) -> None:
        self.shown = ""
        environment = os.environ | {"TERM": "xterm", "LINES": "24", "COLUMNS": "80"}
        pid, self.screen = pty.fork()
        if pid == 0:
            os.chdir(project.root)
            os.execve(sys.executable, [sys.executable, "-m", "ledger", *arguments], environment)
        self.pid = pid

    def until(self, text: str) -> str:
        """What has been shown, without escapes, as soon as that holds the text."""
        end = time.monotonic() + PATIENCE
        while text not in self.shown:
            assert time.monotonic() < end, f"{text!r} was not shown: {self.shown}"
            self._read()
        return self.shown

    def _read(self) -> bool:
        if not select.select([self.screen], [], [], 0.1)[0]:
            return True
        try:
            data = os.read(self.screen, 65536)
        except OSError:
            return False
        self.shown += re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", data.decode(errors="replace"))
        return bool(data)

    def type(self, text: str) -> None:
        os.write(self.screen, text.encode())

    def hang_up(self) -> None:
        """Close the terminal."""
        os.close(self.screen)

    def ends(self) -> int:
        """The exit code."""
        while self._read():
            pass
        os.close(self.screen)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_the_live_table(gate: Gate) -> None:
    terminal = Terminal(gate.project, "run")
    gate.waits()
    shown = terminal.until("accuracy 0.6013")
    shown = terminal.until("1/3 trials")
    assert "[1/3] treatment seed=0: accuracy" in shown
    row = next(line for line in shown.splitlines() if "treatment/seed-1" in line and "accuracy" in line)
    assert re.fullmatch(r"  treatment/seed-1 +train +\d:\d\d  accuracy 0.6013  loss 0.3987", row.rstrip())
    assert re.search(r"a  ████████░{16}  1/3 trials  (about .* left|nearly done)", shown)
    assert max(len(line) for line in shown.replace("\r", "\n").splitlines()) < 80
    gate.opens()
    assert terminal.ends() == 0
    assert "[3/3] treatment seed=2: accuracy" in terminal.shown
    # the table is gone, what was said is not
    assert "3 trials on the branch" in terminal.shown.splitlines()[-1]


def test_lines_where_there_is_no_terminal(shelved: Shelved) -> None:
    project = shelved(two_seeds, default_files())
    got = project.ledger("run")
    assert [line.split(":")[0] for line in got.err.splitlines()] == ["[1/2] treatment seed=0", "[2/2] treatment seed=1"]
    assert "\x1b" not in got.err + got.out


def test_status_while_a_run_is_at_work(gate: Gate) -> None:
    pid = gate.detached()
    project = gate.project
    found = project.ledger("status", "--json").json
    (run,) = found["runs"]
    assert (run["pid"], run["total"], run["done"]) == (pid, 3, 1)
    assert [trial["trial"] for trial in run["running"]] == ["treatment/seed-1"]
    assert (found["succeeded"], found["missing"], found["uncollected"]) == (1, 2, 1)
    said = project.ledger("status").out
    assert "running: 1 of 3 trials done, 1 under way" in said
    assert f"(process {pid})" in said
    # everywhere, and only while it is
    assert [entry["status"] for entry in project.ledger("log", "--json", "--status", "running").json] == ["running"]
    assert [row["status"] for row in project.ledger("table", "--json").json] == ["running"]
    assert project.ledger("show", "--json").json["status"] == "running"
    # of a trial that is still running
    assert project.ledger("show", "a:treatment/seed-1", "--log").out == f"$ {COMMAND}\nepoch 1\n"
    # from main too
    project.git("switch", "-q", "main")
    assert "1 experiment: 1 running\n" in project.ledger("status").out
    assert "1 of 3 trials done" in project.ledger("status").out
    assert project.ledger("status", "--json").json["runs"][0]["pid"] == pid
    # seen from a terminal
    terminal = Terminal(project, "status", "--watch")
    terminal.until("treatment/seed-1")
    terminal.until("s stops the run, q leaves it running")
    terminal.type("q")
    assert terminal.ends() == 0
    assert runs.live(gate.state_dir)
    # and stopped from there
    terminal = Terminal(project, "status", "--watch")
    terminal.until("q leaves it running")
    terminal.type("s")
    terminal.until("stopping: finished trials are kept")
    assert terminal.ends() == 0
    gate.ends()
    project.git("switch", "-q", "exp/a")
    assert list(trials_of(project)) == ["seed-0"]
    assert "no run is at work" not in project.ledger("status").out
    (entry,) = project.ledger("log", "--json").json
    assert (entry["status"], entry["declared"], entry["missing"]) == ("recorded", 3, 2)
    assert re.search(r"^recorded  a .* 1/3 ", project.ledger("log").out, re.MULTILINE)
    assert [row["missing"] for row in project.ledger("table", "--where", "missing = 2", "--json").json] == [2]
    assert "no run of a is in progress" in project.ledger("status", "--watch").err


def test_a_run_is_stopped_from_elsewhere(gate: Gate) -> None:
    gate.detached()
    said = gate.project.ledger("status", "--stop").out
    assert "stopped after 1 of 3 trials; ledger run continues with the rest" in said
    assert runs.live(gate.state_dir) == ()
    assert list(trials_of(gate.project)) == ["seed-0"]
    assert "no run of a is in progress" in gate.project.ledger("status", "--stop", code=2).err
    assert gate.project.git("status", "--porcelain") == ""


def test_a_run_is_watched_without_a_terminal(gate: Gate) -> None:
    gate.detached()
    watching = launcher.ledger(
        *("status", "--watch"), cwd=gate.project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert watching.stderr is not None
    assert "1 of 3 trials done, 1 under way" in watching.stderr.readline()
    gate.opens()
    out, err = watching.communicate(timeout=PATIENCE)
    assert watching.returncode == 0
    assert "\x1b" not in out + err
    assert re.search(r"treatment +3", out) or "3" in out
    assert len(trials_of(gate.project)) == 3


def test_a_detached_run_outlives_its_terminal(gate: Gate) -> None:
    terminal = Terminal(gate.project, "run", "--detach", "-j", "1")
    shown = terminal.until("log:")
    assert "3 trials of a run in the background (process " in shown
    assert "follow them: ledger status a --watch" in shown
    gate.waits()
    terminal.hang_up()
    os.waitpid(terminal.pid, 0)
    (state,) = runs.live(gate.state_dir)
    assert state.log is not None
    gate.opens()
    gate.ends()
    assert [trial["status"] for trial in trials_of(gate.project).values()] == ["succeeded"] * 3
    log = Path(state.log)
    until(lambda: "3 trials on the branch" in log.read_text(), "its last words")
    assert gate.project.git("status", "--porcelain") == ""


def test_a_detached_run_that_was_killed_is_told(gate: Gate) -> None:
    pid = gate.detached()
    os.kill(pid, signal.SIGKILL)
    gate.ends()
    project = gate.project
    for _ in range(2):
        said = project.ledger("status").out
        assert f"! a run was killed after 1 of 3 trials (process {pid}, begun " in said
        assert f"what it had said: {gate.state_dir.runs}/a+" in said
    found = project.ledger("status", "--json").json
    assert (found["runs"], [run["pid"] for run in found["killed_runs"]]) == ([], [pid])
    # until the next run begins
    project.ledger("run", "--only", "treatment/seed-0")
    assert "killed" not in project.ledger("status").out
    assert list(gate.state_dir.runs.glob("*.json")) == []


def test_a_detached_run_tells_programs_what_it_is(gate: Gate) -> None:
    command = [sys.executable, "-m", "ledger", "run", "--detach", "--json"]
    done = subprocess.run(command, cwd=gate.project.root, check=True, capture_output=True)
    gate.waits()
    told = json.loads(done.stdout)
    (state,) = runs.live(gate.state_dir)
    assert told == {"experiment": "a", "pid": state.pid, "trials": 3, "log": state.log}


def test_a_plan_that_grows_while_it_runs_is_told(gate: Gate) -> None:
    running = launcher.ledger("run", cwd=gate.project.root, stderr=subprocess.PIPE, text=True)
    gate.waits()
    gate.project.ledger("amend", "--over", "seed=0..4", "-m", "more")
    gate.opens()
    said = running.communicate(timeout=PATIENCE)[1]
    assert running.returncode == 1
    assert "the plan grew during the run, so 2 are missing: ledger run continues with them" in said


def test_a_run_that_cannot_begin_says_so(shelved: Shelved) -> None:
    project = shelved(one_seed, default_files())
    project.write({"train.py": TRAIN + "# changed\n"})
    refused = project.ledger("run", "--detach", code=2)
    assert "trials would not see uncommitted changes: train.py" in refused.err
    assert 'ledger run -m "what you changed"' in refused.err
    assert list((project.root / ".git/ledger/runs").glob("*.log")) == []
    project.git("restore", "train.py")
    project.ledger("run")
    assert "nothing to run" in project.ledger("run", "--detach").err
