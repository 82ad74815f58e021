"""The protocol of Chromium's developer tools, over two pipes: commands, their answers, and what it tells unasked.

Each message is JSON and ends with a zero byte; those of a page have its session. https://chromedevtools.github.io/
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from tempfile import mkdtemp
from typing import Any, Final

# seconds: longer than anything takes on a busy machine
PATIENCE: Final = 90.0
# above the descriptors where Chromium looks for its pipes: it reads from 3 and writes to 4
_FREE: Final = 10


class Refused(Exception):
    """The browser's reason why it does not do what it is told."""


class Chromium:
    """A process of the browser with a profile of its own, and the talk with it."""

    def __init__(self, program: str, flags: Sequence[str]) -> None:
        self._profile = mkdtemp(prefix="browser-")
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        given = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _FREE) for fd in (theirs_in, theirs_out)]
        self._pid = os.posix_spawn(
            program,
            [program, *flags, "--remote-debugging-pipe", f"--user-data-dir={self._profile}", "about:blank"],
            os.environ,
            file_actions=[
                *((os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)),
                *((os.POSIX_SPAWN_DUP2, fd, at) for at, fd in enumerate(given, 3)),
            ],
            setsid=True,
        )
        for fd in (theirs_in, theirs_out, *given):
            os.close(fd)
        self._rest = b""
        self._asked = 0
        self._told: list[dict[str, Any]] = []

    def ask(self, method: str, session: str | None = None, /, **given: Any) -> Any:
        """What the browser answers. Raises Refused, or TimeoutError where it says nothing."""
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": given} | ({"sessionId": session} if session else {})
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        answer = self._await(lambda message: message.get("id") == self._asked)
        if "error" in answer:
            raise Refused(answer["error"]["message"])
        return answer["result"]

    def event(self, session: str, method: str, **wanted: Any) -> None:
        """Wait until it tells this, unless it has."""

        def told(message: dict[str, Any]) -> bool:
            given = message.get("params", {}).items()
            return (message.get("sessionId"), message.get("method")) == (session, method) and wanted.items() <= given

        if not any(map(told, self._told)):
            self._await(told)

    def told(self, session: str) -> list[dict[str, Any]]:
        """What it has told of a page since it was asked last, in order; what it told of others is forgotten."""
        found = [one for one in self._told if one.get("sessionId") == session]
        self._told.clear()
        return found

    def _await(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that is wanted; what the browser told before it is kept."""
        late = time.monotonic() + PATIENCE
        while True:
            message, ended, rest = self._rest.partition(b"\0")
            if ended:
                self._rest = rest
                found: dict[str, Any] = json.loads(message)
                if "method" in found:
                    self._told.append(found)
                if wanted(found):
                    return found
                continue
            if not self._readable(late - time.monotonic()):
                raise TimeoutError("the browser says nothing")
            data = os.read(self._from, 1 << 20)
            if not data:
                raise ConnectionError("the browser has ended")
            self._rest += data

    def _readable(self, seconds: float) -> bool:
        return bool(select.select([self._from], [], [], max(0.0, seconds))[0])

    def close(self) -> None:
        """End the browser, and remove what it has written."""
        with suppress(Refused, OSError):
            self.ask("Browser.close")
        os.close(self._to)
        # its end of the pipe is closed where it ends
        while self._readable(10):
            if not os.read(self._from, 1 << 20):
                break
        else:
            os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._from)
        shutil.rmtree(self._profile, ignore_errors=True)
