"""What ends a command from outside is told as that, with what to do, and is no fault of ours."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from conftest import Project

from ledger.cli.outside import explained
from ledger.git.process import GitError
from ledger.run.worker import WorkerDied

OUTSIDE: list[tuple[Exception, str]] = [
    (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
    (GitError(["mktree"], "error: unable to write file x: No space left on device"), "the disk is full"),
    (WorkerDied("OSError: [Errno 122] Disk quota exceeded"), "the disk is full"),
    (WorkerDied("sqlite3.OperationalError: database or disk is full"), "the disk is full"),
    (OSError(errno.EFBIG, "File too large"), "the file is larger than the system allows"),
    (WorkerDied("sqlite3.OperationalError: disk I/O error"), "the disk cannot be read or written"),
    (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in"), "no temporary file can be written"),
    (OSError(errno.EMFILE, "Too many open files"), "too many files are open"),
    (GitError(["cat-file"], "fatal: cannot create pipe: Too many open files"), "too many files are open"),
    (GitError(["fast-import"], "fatal: Unable to add (null) to database"), "git cannot write its objects"),
    (MemoryError(), "there is not enough memory"),
    (OSError(errno.ENOMEM, "Cannot allocate memory"), "there is not enough memory"),
    (WorkerDied("Traceback\nMemoryError"), "there is not enough memory"),
    (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "the system cannot start more processes"),
    (GitError(["log"], "ended by signal 9", killed=True), "git was killed"),
    (WorkerDied("the worker process ended with -9", killed=True), "the worker process was killed"),
    (FileNotFoundError(errno.ENOENT, "No such file or directory", "git"), "there is no git on the PATH"),
    (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x: Permission denied"),
]


@pytest.mark.parametrize(("error", "message"), OUTSIDE)
def test_what_the_user_can_mend(error: Exception, message: str) -> None:
    known = explained(error)
    assert known is not None
    assert known.message == message
    assert known.hint


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), KeyError("x"), GitError(["log"], "fatal: bad object"), WorkerDied("KeyError"), OSError("x")],
)
def test_what_is_a_fault_of_ours(error: Exception) -> None:
    assert explained(error) is None


@pytest.mark.parametrize(("answers", "command"), [("verify", "log"), ("status", "status")])
def test_a_git_that_is_killed(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: str, command: str
) -> None:
    project.ledger("new", "Seeds", "--name", "a")
    # a history that is long enough for git to be asked
    monkeypatch.setattr("ledger.git.folder_changes._SHORT", 0)
    shim = tmp_path / "bin" / "git"
    shim.parent.mkdir()
    real = next(p for d in os.environ["PATH"].split(":") if (p := Path(d, "git")).is_file())
    shim.write_text(f'#!/bin/sh\nfor word; do [ "$word" = {command} ] && kill -9 $$; done\nexec {real} "$@"\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}:{os.environ['PATH']}")
    got = project.ledger(answers, code=2)
    assert "error: git was killed\n" in got.err
    assert "try again" in got.err
