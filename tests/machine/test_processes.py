"""Processes of a trial: found by their mark, ended with their children, and those that the kernel ended told apart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from ledger.dvc.commands import MEMORY, TIMEOUT, Runner, Terms
from ledger.machine import processes
from ledger.machine.processes import MARK, MemoryKills, end, end_marked, marked, memory_kills

WAITS = """\
import signal, sys

def asked(*_):
    print("asked", flush=True)
    sys.exit()

signal.signal(signal.SIGTERM, asked)
print("ready", flush=True)
sys.stdin.read()
"""
DEAF = WAITS.replace("asked)", "signal.SIG_IGN)")


def started(code: str, mark: Path | None = None) -> subprocess.Popen[str]:
    environment = os.environ | ({} if mark is None else {MARK: str(mark)})
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def closed(*group: subprocess.Popen[str]) -> None:
    for process in group:
        process.kill()
        process.communicate()


def test_those_of_a_slot_are_found_by_their_mark(tmp_path: Path) -> None:
    mine, others, none = started(WAITS, tmp_path), started(WAITS, tmp_path / "other"), started(WAITS)
    try:
        assert [process.pid for process in marked(tmp_path)] == [mine.pid]
        end_marked(tmp_path)
        assert marked(tmp_path) == []
        assert mine.stdout is not None
        assert mine.stdout.read() == "asked\n"
        assert (others.poll(), none.poll()) == (None, None)
    finally:
        closed(mine, others, none)


def test_one_that_does_not_listen_is_killed() -> None:
    deaf, stopped = started(DEAF), started(WAITS)
    try:
        os.kill(stopped.pid, signal.SIGSTOP)
        end([psutil.Process(deaf.pid), psutil.Process(stopped.pid)], grace=0.5)
        assert not psutil.pid_exists(deaf.pid)
        # it was woken, and could end in its own way
        assert stopped.stdout is not None
        assert stopped.stdout.read() == "asked\n"
    finally:
        closed(deaf, stopped)


PARENT = """\
import subprocess, sys

child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print("ready", flush=True)
sys.stdin.read()
"""


def test_one_whose_parent_does_not_ask_has_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert parent.stdout is not None and parent.stdout.readline() == "ready\n"
        (child,) = processes.descendants(parent.pid)
        killed: list[int] = []
        monkeypatch.setattr(psutil.Process, "kill", lambda process: killed.append(process.pid))
        end([child])
        assert child.status() == psutil.STATUS_ZOMBIE
        assert killed == []
    finally:
        closed(parent)


def test_what_is_gone_is_no_error() -> None:
    process = started(WAITS)
    known = psutil.Process(process.pid)
    closed(process)
    end([known])
    assert processes.descendants(process.pid) == []


# --- killed for memory


def counters(monkeypatch: pytest.MonkeyPatch, groups: Sequence[Path], machine: Path) -> None:
    monkeypatch.setattr(processes, "_group_counters", lambda: groups)
    monkeypatch.setattr(processes, "_MACHINE", machine)


def test_the_counter_of_the_own_group_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group, old, machine = tmp_path / "events", tmp_path / "none", tmp_path / "vmstat"
    machine.write_text("nr_free_pages 100\noom_kill 7\n")
    counters(monkeypatch, [old, group], machine)
    assert memory_kills() == MemoryKills(count=7, own=False)
    # `oom_kill_disable` is another thing
    old.write_text("oom_kill_disable 0\nunder_oom 0\n")
    assert memory_kills() == MemoryKills(count=7, own=False)
    group.write_text("low 0\noom 3\noom_kill 2\noom_group_kill 0\n")
    assert memory_kills() == MemoryKills(count=2, own=True)
    counters(monkeypatch, [], tmp_path / "nothing")
    assert memory_kills() is None


class Stage:
    """As much of DVC's stage as a runner looks at."""

    def __init__(self, folder: Path, command: str) -> None:
        self.cmd = command
        self.wdir = str(folder)
        self.path = str(folder / "dvc.yaml")
        self.name = self.addressing = "train"
        self.repo = self
        self.root_dir = str(folder)


def ran(folder: Path, command: str, timeout: float | None = None) -> Runner:
    from dvc.stage.exceptions import StageCmdFailedError

    runner = Runner(terms=Terms(environment=os.environ, timeout=timeout), begins=lambda name: None, adopts=False)
    with pytest.raises(StageCmdFailedError):
        runner(Stage(folder, command))
    return runner


@pytest.mark.parametrize(
    ("counted", "command", "cause"),
    [
        # of the own group any failure tells: a loader may have been killed, and its parent have ended with 1
        ("own", "KILL; exit 1", MEMORY),
        ("own", "KILL; kill -9 $$", MEMORY),
        ("own", "kill -9 $$", None),
        # of the machine it may have been somebody else's
        ("machine", "KILL; exit 1", None),
        ("machine", "KILL; kill -9 $$", MEMORY),
        ("machine", "KILL; sh -c 'kill -9 $$'; exit $?", MEMORY),
    ],
)
def test_killed_for_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: str, command: str, cause: str | None
) -> None:
    file = tmp_path / "counter"
    file.write_text("oom_kill 4\n")
    counters(monkeypatch, [file] if counted == "own" else [], file)
    assert ran(tmp_path, command.replace("KILL", f"echo oom_kill 5 > '{file}'")).cause == cause


def test_the_end_of_a_command_that_takes_too_long_is_not_lost(tmp_path: Path) -> None:
    # the thread that ends it must not take its exit code from the one that waits for it
    for _ in range(20):
        runner = ran(tmp_path, "exec sleep 60", timeout=0.01)
        assert (runner.cause, runner.exit_code, runner.failed_stage) == (TIMEOUT, -signal.SIGTERM, "train")
