"""Running the commands of a stage: the same shell and directory as DVC's, our environment, limits and measurements."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Timer
from typing import Any, ClassVar

from ledger.machine import processes
from ledger.model.frozen import frozen

TIMEOUT = "timeout"
MEMORY = "memory"

# how a command ends that got SIGKILL, and a shell whose command did
_KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)

# how long what a command leaves running may take to end by itself, in seconds
_LINGER = 1.0


@frozen
class CommandRun:
    """One stage whose commands ran, to their end or not. Seconds of wall time; memory of its largest process.

    The memory is None where it was less than ours: the kernel counts what a process had before it became the command.
    """

    stage: str
    seconds: float
    peak_memory_mb: float | None


@frozen
class Terms:
    """What a stage's commands get: the environment, descriptors to hold on to, and seconds for all of them together."""

    environment: Mapping[str, str]
    keeps: Sequence[int] = ()
    timeout: float | None = None


@dataclass(slots=True)
class Runner:
    """Stands for DVC's `cmd_run` while one pipeline is reproduced.

    `cause` says why a command was ended from outside: TIMEOUT or MEMORY. `left_behind` names the processes that were
    still running when a stage's command had ended; they have been ended.
    """

    terms: Terms
    begins: Callable[[str], None]
    adopts: bool
    ran: list[CommandRun] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    failed_stage: str | None = None
    exit_code: int | None = None
    cause: str | None = None
    _spent: float = 0.0
    _given_up: ClassVar[bool] = False

    @classmethod
    def give_up(cls) -> None:
        """The run ends: whatever a command of this process returns from now on, it was cut off."""
        cls._given_up = True

    def __call__(self, stage: Any, dry: bool = False, run_env: Mapping[str, str] | None = None) -> None:
        from dvc.stage.exceptions import StageCmdFailedError
        from dvc.stage.run import _enforce_cmd_list, _make_cmd

        name = address(stage)
        self.begins(name)
        variables = dict(self.terms.environment) | dict(run_env or {})
        variables |= {"DVC_ROOT": stage.repo.root_dir, "DVC_STAGE": stage.addressing}
        shell = _shell(variables.get("SHELL"))
        started = time.monotonic()
        memory = 0.0
        try:
            for command in _enforce_cmd_list(stage.cmd):
                _log(f"$ {command}")
                code, used = self._run(_make_cmd(shell, command), stage.wdir, variables)
                memory = max(memory, used)
                if code != 0:
                    self.failed_stage, self.exit_code = name, code
                    raise StageCmdFailedError(command, code)
        finally:
            took = time.monotonic() - started
            self.ran.append(CommandRun(stage=name, seconds=took, peak_memory_mb=memory or None))

    def _run(self, command: Sequence[str], folder: str, variables: Mapping[str, str]) -> tuple[int, float]:
        """The exit code (negative for a signal) and the peak memory of one command."""
        kills, begun = processes.memory_kills(), time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, env=dict(variables), pass_fds=tuple(self.terms.keeps), process_group=0
        )
        timer, ended = None, Event()
        if self.terms.timeout is not None:
            timer = Timer(max(0.0, self.terms.timeout - self._spent), self._expire, [process.pid, ended])
            timer.daemon = True
            timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        ended.set()
        process.returncode = os.waitstatus_to_exitcode(status)
        if timer is not None:
            timer.cancel()
        left = self._clear(process.pid)
        # of each command: the next one of the stage has only what is left
        self._spent += time.monotonic() - begun
        if self.cause is None:
            self.left_behind += left
        if process.returncode != 0 and self.cause is None and kills is not None:
            now = processes.memory_kills()
            if now is not None and now.count > kills.count and (now.own or process.returncode in _KILLED):
                self.cause = MEMORY
        if (self.cause == TIMEOUT or self._given_up) and process.returncode == 0:
            # it caught the signal and ended as if all were well; DVC would keep for good what it has written
            return -signal.SIGTERM, 0.0
        used = _megabytes(usage)
        return process.returncode, used if used > _megabytes(resource.getrusage(resource.RUSAGE_SELF)) else 0.0

    def _expire(self, pid: int, ended: Event) -> None:
        import psutil

        patience = time.monotonic() + processes.GRACE
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            below = processes.descendants(pid)
            if ended.is_set():
                return
            self.cause = TIMEOUT
            # first of all, so that it does not continue with its next command
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGCONT)
            processes.end(below)
            # the other thread waits for it: psutil would take its exit code away
            if not ended.wait(max(0.0, patience - time.monotonic())):
                process.kill()

    def _clear(self, group: int) -> list[str]:
        """End what the command has left running; returns the names."""
        if not self.adopts:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
                return ["a process of its group"]
            return []
        names: list[str] = []
        patience = time.monotonic() + _LINGER
        while True:
            try:
                # orphans are ours: this process adopts them
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return names
            if pid:
                continue
            if time.monotonic() < patience:
                time.sleep(0.01)
                continue
            left = processes.descendants(os.getpid())
            names += [_name(process) for process in left]
            processes.end(left)
            patience = time.monotonic() + _LINGER


def _shell(wanted: str | None) -> str:
    """The shell for commands: `$SHELL` as DVC has it, or /bin/sh where this machine lacks that one.

    A container often inherits the name of a shell that only its host has; that says nothing about the experiment.
    """
    if wanted and shutil.which(wanted) is None:
        _log(f"SHELL is {wanted}, which does not exist: /bin/sh runs the commands")
        return "/bin/sh"
    return wanted or "/bin/sh"


def _log(line: str) -> None:
    """A line for the trial's log; where that cannot be written, the trial is none the worse."""
    with contextlib.suppress(OSError):
        os.write(1, f"{line}\n".encode(errors="surrogateescape"))


def address(stage: Any) -> str:
    """The stage's name as `dvc repro` takes it at the DVC root: `train`, `sub/dvc.yaml:train`, `data.dvc`."""
    definition = str(os.path.relpath(stage.path, stage.repo.root_dir))
    if not hasattr(stage, "name"):
        return definition
    return str(stage.name) if definition == "dvc.yaml" else f"{definition}:{stage.name}"


def _name(process: Any) -> str:
    import psutil

    try:
        return str(process.name())
    except psutil.Error:
        return "a process"


def _megabytes(usage: resource.struct_rusage) -> float:
    # kilobytes on Linux, bytes on macOS
    return round(usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
