"""`git cat-file --batch`: names in, objects out."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from ledger.errors import LedgerError
from ledger.git.git_object import GitObject
from ledger.git.process import unreadable

# bytes that a pipe takes at least while nobody reads its other end
_PIPE: Final = 32 << 10


class CatFile:
    """Answers what objects names mean, by a process that starts at the first question and ends with `close`."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        # trials in parallel slots ask too: questions and their answers belong together
        self._turn = threading.Lock()

    def ask(self, names: Sequence[str]) -> Iterator[GitObject | None]:
        """The objects, None for what there is not; a few hundred names at a time are on their way together."""
        together: list[str] = []
        size = 0
        for name in names:
            length = len(os.fsencode(name)) + 1
            if together and size + length > _PIPE:
                yield from self._asked(together)
                together, size = [], 0
            together.append(name)
            size += length
        if together:
            yield from self._asked(together)

    def _asked(self, names: Sequence[str]) -> list[GitObject | None]:
        with self._turn:
            for _ in range(2):
                process = self._started()
                assert process.stdin is not None
                assert process.stdout is not None
                try:
                    process.stdin.write(_lines(names))
                    process.stdin.flush()
                    return [_answer(process.stdout) for _ in names]
                except (BrokenPipeError, _Ended):
                    # it may have been killed: a new one answers, or there is something wrong with the repository
                    self.close()
                except BaseException:
                    # Ctrl-C between question and answer: the next question would get the answer of this one
                    process.kill()
                    self.close()
                    raise
        if len(names) > 1:
            # one by one, so that the one at which git ends is named
            return [found for name in names for found in self._asked([name])]
        raise self.why_not(names[0])

    def stream(self, names: Sequence[str], *, again: bool = False) -> Iterator[GitObject | None]:
        """The objects one after another, None for what there is not, through a process of their own.

        All names are asked for before the first answer is read; a thread does it, since a pipe holds only so many.
        """
        if not names:
            return
        process = self._popen("--buffer", bufsize=1 << 18)
        assert process.stdin is not None
        assert process.stdout is not None
        feeder = threading.Thread(target=_feed, args=(process.stdin, names), daemon=True)
        feeder.start()
        stream = process.stdout
        try:
            for at, name in enumerate(names):
                try:
                    found = _answer(stream)
                except _Ended:
                    if process.wait() >= 0 or again:
                        raise self.why_not(name) from None
                    # somebody has killed it
                    yield from self.stream(names[at:], again=True)
                    return
                yield found
        finally:
            # whoever asked may have seen enough
            process.kill()
            feeder.join()
            for pipe in (process.stdin, stream):
                with suppress(BrokenPipeError):
                    pipe.close()
            process.wait()

    def why_not(self, name: str) -> LedgerError:
        """Why git ends when it is asked for an object: asked again for only this one, it says so."""
        asked = ["git", "cat-file", "-p", name]
        done = subprocess.run(asked, cwd=self._root, env=self._environment, capture_output=True, check=False)
        return unreadable(name, done.stderr.decode(errors="replace"))

    def close(self) -> None:
        """End the process. It starts again at the next question."""
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()
            process.wait()

    def __del__(self) -> None:
        self.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = self._popen()
        return self._process

    def _popen(self, *options: str, bufsize: int = -1) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["git", "cat-file", "--batch", *options],
            cwd=self._root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            bufsize=bufsize,
            # Ctrl-C in the terminal is for us alone: what has finished is still to be written
            process_group=0,
        )


class _Ended(Exception):
    """git has stopped in the middle of its answers."""


def _answer(stream: IO[bytes]) -> GitObject | None:
    """The next answer; None for what there is not. Raises _Ended where it breaks off, which says no such thing."""
    header = stream.readline()
    if not header.endswith(b"\n"):
        raise _Ended
    parts = header.rsplit(b" ", 2)
    if len(parts) != 3 or not parts[2].strip().isdigit():
        # "<name> missing", "<name> ambiguous"
        return None
    oid, kind, size = parts
    data = stream.read(int(size) + 1)
    if len(data) != int(size) + 1:
        raise _Ended
    return GitObject(oid=oid.decode(), kind=kind.decode(), data=data[:-1])


def _lines(names: Sequence[str]) -> bytes:
    # a name with a line end would be two
    return b"".join(b"-\n" if "\n" in name else os.fsencode(name) + b"\n" for name in names)


def _feed(pipe: IO[bytes], names: Sequence[str]) -> None:
    try:
        pipe.write(_lines(names))
        pipe.close()
    except BrokenPipeError:
        # whoever asked has seen enough, or git has died: the answers are then missing
        pass
