"""Processes that have DVC imported: forks of one that has done nothing else, where each test would import it anew.

What they run is what a process started cold runs: the command line of DVC, the worker (`ledger.run.worker_main`), and
the command line of the ledger (`Launcher.ledger`), whose workers are from here too; each in a process of its own, in
the directory and the environment that it is given. Importing takes 0.4 s of CPU and more, and the tests ask a thousand
times. Commands that they start by `python -m ledger` are cold, and so are their workers.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from types import SimpleNamespace
from typing import IO, Any, NoReturn

import psutil

# above those that anybody asks for by number
_FREE = 200
# by which a command asks the launcher for its workers
_ASKS = 100


class Launched:
    """A process that the launcher has forked, as `subprocess.Popen` shows one."""

    def __init__(self, pid: int, status: int, stdin: IO[str] | None, stdout: IO[str] | None) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self.returncode: int | None = None
        self._status = os.fdopen(status, "rb")
        self._waits = Lock()

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, negative for a signal. Raises TimeoutExpired where there is none after so many seconds."""
        with self._waits:
            if self.returncode is None:
                if timeout is not None and not select.select([self._status], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired("a fork", timeout)
                self.returncode = int(self._status.read())
                self._status.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        with contextlib.suppress(ProcessLookupError):
            if self.returncode is None:
                os.kill(self.pid, number)


class Command(Launched):
    """A command of the ledger that the launcher has forked, as `subprocess.Popen` shows one."""

    def __init__(self, pid: int, status: int, stdout: IO[Any] | None, stderr: IO[Any] | None) -> None:
        super().__init__(pid, status, None, stdout)
        self.stderr = stderr

    def poll(self) -> int | None:
        """The exit code, None as long as it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[Any, Any]:
        """What it says until it has ended, on both streams; None of one that is no pipe, or has been read to its end.

        Raises TimeoutExpired.
        """
        said: dict[IO[Any], Any] = {}

        def read(stream: IO[Any]) -> None:
            with stream:
                said[stream] = stream.read()

        streams = [stream for stream in (self.stdout, self.stderr) if stream is not None and not stream.closed]
        threads = [threading.Thread(target=read, args=(stream,), daemon=True) for stream in streams]
        for thread in threads:
            thread.start()
        self.wait(timeout)
        for thread in threads:
            thread.join(timeout)
        return tuple(None if stream is None else said.get(stream) for stream in (self.stdout, self.stderr))  # type: ignore[return-value]


class Launcher:
    """One process that has DVC imported, and forks. It is started when it is needed first."""

    def __init__(self, asks: socket.socket | None = None) -> None:
        """`asks`: of a launcher that another process has started, and ends."""
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = asks
        self._asks = Lock()

    def close(self) -> None:
        """End the process."""
        if self._process is not None and self._socket is not None:
            self._socket.close()
            self._process.wait()

    def forks(self) -> list[psutil.Process]:
        """Those that run still; a mark that they were given cannot be seen from outside."""
        below = [] if self._process is None else psutil.Process(self._process.pid).children()
        return [process for process in below if process.status() != psutil.STATUS_ZOMBIE]

    def worker(self, command: Sequence[str], **options: Any) -> Launched:
        """Stands for `subprocess.Popen` where `ledger.run.worker` calls it."""
        assert list(command[1:4]) == ["-P", "-m", "ledger.run.worker_main"]
        assert options["stdin"] == options["stdout"] == subprocess.PIPE
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        fds = {0: theirs_in, 1: theirs_out, 2: options["stderr"].fileno(), **{fd: fd for fd in options["pass_fds"]}}
        try:
            pid, status = self._fork(
                "worker", command[4:], fds, cwd=options["cwd"], env=options["env"], session=options["start_new_session"]
            )
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        return Launched(pid, status, open(ours_in, "w", encoding="utf-8"), open(ours_out, encoding="utf-8"))  # noqa: PTH123

    def ledger(
        self,
        *arguments: str,
        code: str = "from ledger.cli.main import run_main\nrun_main()",
        cwd: Path,
        stdout: int = subprocess.DEVNULL,
        stderr: int = subprocess.DEVNULL,
        text: bool = False,
        start_new_session: bool = False,
    ) -> Command:
        """A command of the ledger in a process of its own, or `code` in the place of `ledger` itself.

        What it says is thrown away, or can be read where that is PIPE.
        """
        mine, theirs = socket.socketpair()
        with contextlib.ExitStack() as given:
            given.enter_context(mine)
            given.enter_context(theirs)
            nothing = given.enter_context(Path(os.devnull).open("r+b"))
            fds, streams = {0: nothing.fileno(), _ASKS: mine.fileno()}, list[IO[Any] | None]()
            for number, asked in ((1, stdout), (2, stderr)):
                if asked == subprocess.PIPE:
                    ours, fds[number] = os.pipe()
                    given.callback(os.close, fds[number])
                    streams.append(open(ours, encoding="utf-8") if text else open(ours, "rb"))  # noqa: PTH123, SIM115
                else:
                    fds[number] = nothing.fileno()
                    streams.append(None)
            self._ask({"what": "listen"}, [theirs.fileno()])
            pid, status = self._fork(
                "ledger", [code, *arguments], fds, cwd=str(cwd), env=os.environ, session=start_new_session
            )
        return Command(pid, status, *streams)

    def dvc(self, arguments: Sequence[str], cwd: Path, out: IO[Any], err: IO[Any]) -> int:
        """Run DVC's command line; its exit code."""
        with Path(os.devnull).open("rb") as nothing:
            fds = {0: nothing.fileno(), 1: out.fileno(), 2: err.fileno()}
            pid, status = self._fork("dvc", arguments, fds, cwd=str(cwd), env=os.environ, session=False)
        return Launched(pid, status, None, None).wait()

    def _fork(
        self,
        what: str,
        arguments: Sequence[str],
        fds: Mapping[int, int],
        *,
        cwd: str,
        env: Mapping[str, str],
        session: bool,
    ) -> tuple[int, int]:
        """A process and the pipe that will say how it ended. `fds` are its descriptors, by its own numbers."""
        status, theirs = os.pipe()
        request = {
            "what": what,
            "arguments": list(arguments),
            "fds": list(fds),
            "cwd": cwd,
            "env": dict(env),
            "session": session,
            # a process inherits them from who starts it
            "limits": {name: resource.getrlimit(getattr(resource, name)) for name in ("RLIMIT_FSIZE", "RLIMIT_NOFILE")},
        }
        try:
            return self._ask(request, [theirs, *fds.values()]), status
        finally:
            os.close(theirs)

    def _ask(self, request: Mapping[str, Any], fds: Sequence[int]) -> int:
        """The process that was forked, 0 for none."""
        with self._asks:
            if self._socket is None:
                self._socket, theirs = socket.socketpair()
                with theirs:
                    self._process = subprocess.Popen([sys.executable, "-P", __file__], stdin=theirs.fileno(), cwd="/")
            socket.send_fds(self._socket, [json.dumps(request).encode() + b"\n"], fds)
            return int(self._socket.recv(32))


# --- the launcher's own process


def main() -> None:
    """Fork for every request until the socket is closed, and say of every process how it ended."""
    for module in MODULES:
        importlib.import_module(module)
    # DVC makes it once a process, of eighty commands
    importlib.import_module("dvc.cli.parser").get_main_parser()
    _practise()
    # what is here by now stays: no fork looks through it for garbage, and copies its pages to do so
    gc.collect()
    gc.freeze()
    owner = socket.socket(fileno=os.dup(0))
    asking = {owner.fileno(): owner}
    ended, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiting: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([*asking, ended], [], [])
        if ended in ready:
            os.read(ended, 4096)
            _tell(waiting)
        for asks in [asking[fd] for fd in ready if fd in asking]:
            try:
                message, fds, _, _ = socket.recv_fds(asks, 1 << 16, 64)
                while message and not message.endswith(b"\n"):
                    more = asks.recv(1 << 16)
                    message = message + more if more else b""
            except ConnectionError:
                # killed with an answer that it had not read
                message, fds = b"", []
            if not message:
                if asks is owner:
                    return
                del asking[asks.fileno()]
                asks.close()
                continue
            request = json.loads(message)
            pid = 0
            if request["what"] == "listen":
                asking[fds[0]] = socket.socket(fileno=fds[0])
            else:
                status, given = fds[0], fds[1:]
                pid = os.fork()
                if pid == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for fd in (*asking, ended, wakes, status, *waiting.values()):
                        os.close(fd)
                    _become(request, given)
                for fd in given:
                    os.close(fd)
                waiting[pid] = status
            with contextlib.suppress(ConnectionError):
                asks.send(str(pid).encode())


# a pipeline of one stage, which does nothing
_PRACTICE = {
    ".dvc/config": "",
    ".dvcignore": "",
    ".gitignore": "/out.txt\n",
    "dvc.yaml": """\
stages:
  practice:
    cmd: echo '{"a":1}' >metrics.json; echo >out.txt
    deps: [params.json]
    params:
      - params.json: [a]
    outs: [out.txt]
    metrics:
      - metrics.json: {cache: false}
""",
    "params.json": '{"a": 1}',
}


def _practise() -> None:
    """Do once what a worker does, in a repository that goes: what DVC compiles as it needs it, its forks have."""
    from ledger.dvc import repro, work_tree, work_tree_config
    from ledger.dvc.commands import Terms

    repro.warm()
    # no thread may run where a process forks, and bars of progress start one that looks after them
    bars = importlib.import_module("tqdm").tqdm
    interval, bars.monitor_interval = bars.monitor_interval, 0
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for name, text in _PRACTICE.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text)
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
        terms, cache = Terms(environment=os.environ), root / ".dvc/cache"
        request = repro.ReproRequest(
            root=root, top=root, targets=(), terms=terms, force=False, aside=False, code="",
            locks=root / ".git/locks", kept=root / ".git/kept", twins=(),
        )  # fmt: skip
        work_tree_config.describe(root, main_root=root)
        work_tree_config.write_local(root, work_tree_config.describe(root, main_root=root))
        with contextlib.redirect_stdout(None):
            done = repro.reproduce(request, adopts=False, tell=lambda _: None)
        assert done.failed_stage is None, done.message
        work_tree.changed_outputs(root, cache=cache)
        (root / "out.txt").unlink()
        work_tree.checkout(root, cache=cache, keep=())
        os.chdir("/")
    bars.monitor_interval = interval
    assert threading.active_count() == 1, threading.enumerate()


# what a trial and the command line need; DVC imports the later ones when it needs them first
MODULES = (
    "configobj",
    "dulwich.ignore",
    "dulwich.index",
    "dulwich.worktree",
    "dvc.analytics",
    "dvc.cachemgr",
    "dvc.cli",
    "dvc.data_cloud",
    "dvc.dirs",
    "dvc.lock",
    "dvc.repo.artifacts",
    "dvc.repo.datasets",
    "dvc.repo.graph",
    "dvc.repo.index",
    "dvc.repo.metrics",
    "dvc.repo.params",
    "dvc.repo.plots",
    "dvc.repo.reproduce",
    "dvc.repo.stage",
    "dvc.repo.trie",
    "dvc.rwlock",
    "dvc.scm",
    "dvc.utils.strictyaml",
    "dvc_data.hashfile._progress",
    "dvc_data.hashfile.db.local",
    "dvc_data.hashfile.status",
    "dvc_data.index.checkout",
    "dvc_render",
    "fsspec.implementations.memory",
    "ledger.cli.main",
    "ledger.cli.run",
    "ledger.model.formats.yaml12.canonical",
    "ledger.model.formats.yaml12.reader",
    "ledger.ops.run",
    "ledger.report.run",
    "ledger.run.worker_main",
    "networkx",
    "platformdirs.unix",
    "rich.console",
    "ruamel.yaml",
    "scmrepo.git",
    "scmrepo.noscm",
)


def _tell(waiting: dict[int, int]) -> None:
    """Write down the exit codes of those that have ended."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            pipe = waiting.pop(pid)
            with contextlib.suppress(BrokenPipeError):
                os.write(pipe, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(pipe)


def _become(request: dict[str, Any], given: Sequence[int]) -> NoReturn:
    """Be the process that was asked for, to its end."""
    code = 1
    try:
        if request["session"]:
            os.setsid()
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _FREE) for fd in given]
        for fd in given:
            os.close(fd)
        for fd, number in zip(high, request["fds"], strict=True):
            os.dup2(fd, number)
            os.close(fd)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        for name, limits in request["limits"].items():
            resource.setrlimit(getattr(resource, name), limits)
        sys.argv = [request["what"], *request["arguments"]]
        code = _run(request["what"])
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _run(what: str) -> int:
    if what == "dvc":
        from dvc.cli import main as dvc

        return int(dvc(sys.argv[1:]) or 0)
    if what == "ledger":
        from ledger.run import worker

        vars(worker)["subprocess"] = SimpleNamespace(
            Popen=Launcher(socket.socket(fileno=_ASKS)).worker, PIPE=subprocess.PIPE
        )
        code = sys.argv.pop(1)
        exec(compile(code, "<command>", "exec"), {"__name__": "__main__"})
        return 0
    from ledger.run import worker_main

    worker_main.main()
    return 0


if __name__ == "__main__":
    main()
