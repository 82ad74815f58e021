"""The controller's side of a worker process (`run/worker_main.py`)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from ledger.dvc.repro import Event, PipelineRun, ReproRequest
from ledger.dvc.work_tree_config import DvcConfig
from ledger.errors import LedgerError
from ledger.git.process import scrubbed
from ledger.machine import processes
from ledger.run import wire
from ledger.run.slots import Slot

# what may be asked twice: a trial that is cut off goes on in another slot instead (`queue.py`)
_LOOKS = frozenset({"describe", "changed_outputs", "checkout", "status"})


class WorkerDied(Exception):
    """The worker process is gone, or met a fault of ours; the text is its traceback.

    `killed`: who was ended by a signal, None where nobody was.
    """

    def __init__(self, text: str, *, killed: bool = False) -> None:
        super().__init__(text)
        self.killed = "the worker process" if killed else None


class Worker:
    """One warm process that has DVC imported. Use it as a context manager.

    With a `slot` it carries its mark and holds on to its lock, and so does every process that a stage starts.

    It leads a session of its own, so that Ctrl-C in the terminal reaches the controller alone, which then ends the
    worker with all that it has started: no half-dead stage writes into a slot that is used again.

    Where somebody else kills it while it looks at something, another process is started in its place, once.
    """

    def __init__(self, slot: Slot | None = None) -> None:
        self._slot = slot
        self._ended = False
        self._replaced = False
        self._process, self._complaints = self._started()

    def _started(self) -> tuple[subprocess.Popen[str], IO[bytes]]:
        keeps = () if self._slot is None else (self._slot.lock,)
        mark = {} if self._slot is None else {processes.MARK: str(self._slot.path)}
        # what a worker says that cannot even start
        complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        process = subprocess.Popen(
            # -P: a file dvc.py in the current directory is not DVC
            [sys.executable, "-P", "-m", "ledger.run.worker_main", *map(str, keeps)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd="/",
            env=scrubbed(os.environ) | {"DVC_NO_ANALYTICS": "1"} | mark,
            start_new_session=True,
            pass_fds=keeps,
            text=True,
            encoding="utf-8",
        )
        return process, complaints

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(kill=error is not None)

    def close(self, *, kill: bool) -> None:
        """End the process; `kill`: at once, with all that it has started."""
        self._ended = True
        if kill:
            self.kill()
        self._let_go()

    def _let_go(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._complaints.close()

    def kill(self) -> None:
        """End all that the process has started, in its own way if it can within some seconds, and then itself.

        Another thread that waits for an answer gets WorkerDied.
        """
        self._ended = True
        # a command that ends well because it was asked to end has not run to its end
        self._process.send_signal(signal.SIGUSR1)
        processes.end(processes.descendants(self._process.pid))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        if self._slot is not None:
            processes.end_marked(self._slot.path)

    def describe(self, root: Path, *, main_root: Path) -> DvcConfig:
        """How DVC is configured at `root`."""
        found: DvcConfig = self._call("describe", root=root, main_root=main_root)
        return found

    def configure(self, root: Path, config: DvcConfig) -> None:
        """Write the local DVC configuration of a slot."""
        self._call("configure", root=root, config=config)

    def reproduce(self, request: ReproRequest, *, log: Path, tell: Callable[[Event], None]) -> PipelineRun:
        """Run a pipeline; what its commands print goes to `log`, and `tell` hears of its stages as they begin."""
        done: PipelineRun = self._call("reproduce", log, tell, request=request)
        return done

    def changed_outputs(self, root: Path, cache: Path) -> list[str]:
        """The cached outputs that hold something else than their lock says."""
        paths: list[str] = self._call("changed_outputs", root=root, cache=cache)
        return paths

    def checkout(self, root: Path, cache: Path, keep: list[str]) -> list[tuple[str, bool]]:
        """Lay out cached outputs, but for those to keep; returns what failed, each with whether the cache holds it."""
        return [(path, held) for path, held in self._call("checkout", root=root, cache=cache, keep=keep)]

    def commit(self, root: Path, *, targets: tuple[str, ...]) -> None:
        """Put the outputs at `root` into the cache again, as `dvc commit` does."""
        self._call("commit", root=root, targets=targets)

    def status(self, root: Path, *, targets: tuple[str, ...]) -> dict[str, Any]:
        """What `dvc status` says at `root`."""
        said: dict[str, Any] = self._call("status", root=root, targets=targets)
        return said

    def _call(
        self, name: str, log: Path | None = None, tell: Callable[[Event], None] | None = None, **arguments: object
    ) -> Any:
        try:
            return self._asked(name, log, tell, **arguments)
        except WorkerDied as death:
            if death.killed is None or name not in _LOOKS or self._ended or self._replaced:
                raise
            # somebody has killed it, and not we: what it was asked changes nothing that asking again would not
            self._replaced = True
            self._let_go()
            self._process, self._complaints = self._started()
            return self._asked(name, log, tell, **arguments)

    def _asked(self, name: str, log: Path | None, tell: Callable[[Event], None] | None, **arguments: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"call": name, "log": log, "arguments": arguments}
        answer: dict[str, Any] = {}
        try:
            self._process.stdin.write(wire.dumps(request) + "\n")
            self._process.stdin.flush()
            while line := self._process.stdout.readline():
                answer = wire.loads(line)
                if "event" not in answer:
                    break
                if tell is not None:
                    kind, about = answer["event"]
                    tell((kind, about))
        except BrokenPipeError:
            line = ""
        except ValueError:
            # the last words of one that was killed while it wrote
            line = ""
        if not line:
            code = self._process.wait()
            self._complaints.seek(0)
            said = self._complaints.read().decode(errors="replace")
            raise WorkerDied(f"{said}\nthe worker process ended with {code} during {name}".strip(), killed=code < 0)
        if "fault" in answer:
            raise WorkerDied(answer["fault"])
        if "error" in answer:
            message, hint = answer["error"]
            raise LedgerError(message, hint=hint)
        return answer["result"]
