"""Writing a repository's history through one `git fast-import`, much faster than a commit at a time."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

#: A commit or blob: `:12` for one that this import has written, else an object's id.
Name = str


class FastImport:
    """A stream into `git fast-import`. Objects are named by the marks that the methods return."""

    def __init__(self, root: Path) -> None:
        command = ["git", "fast-import", "--quiet", "--done", "--date-format=raw", "--force"]
        self._process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        self._marks = 0
        self._ids: dict[Name, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._to.write(b"done\n")
        self._to.close()
        self._from.close()
        code = self._process.wait()
        if code and error is None:
            raise RuntimeError(f"git fast-import ended with {code}")

    def blob(self, text: str) -> Name:
        """A file's content."""
        mark = self._mark()
        self._to.write(f"blob\nmark {mark}\n".encode() + _data(text))
        return mark

    def commit(
        self,
        ref: str,
        message: str,
        *,
        author: str,
        when: datetime,
        parents: Sequence[Name],
        files: Mapping[str, Name],
    ) -> Name:
        """A commit on `ref`: the first parent's tree with the files in it."""
        mark = self._mark()
        who = f"{author} {int(when.timestamp())} +0000\n"
        lines = [f"commit {ref}\nmark {mark}\nauthor {who}committer {who}".encode(), _data(message)]
        ways = ["from", *["merge"] * len(parents)]
        lines += [f"{way} {parent}\n".encode() for way, parent in zip(ways, parents, strict=False)]
        lines += [f"M 100644 {blob} {path}\n".encode() for path, blob in files.items()]
        self._to.write(b"".join(lines) + b"\n")
        return mark

    def tag(self, name: str, target: Name, message: str, *, author: str, when: datetime) -> None:
        """An annotated tag."""
        head = f"tag {name}\nfrom {target}\ntagger {author} {int(when.timestamp())} +0000\n"
        self._to.write(head.encode() + _data(message))

    def ref(self, ref: str, target: Name) -> None:
        """Let a ref point to a commit."""
        self._to.write(f"reset {ref}\nfrom {target}\n\n".encode())

    def id(self, name: Name) -> str:
        """The id of an object of this import, which costs a turn of the process."""
        if not name.startswith(":"):
            return name
        if name not in self._ids:
            self._to.write(f"get-mark {name}\n".encode())
            self._to.flush()
            self._ids[name] = self._from.readline().decode().strip()
        return self._ids[name]

    def _mark(self) -> Name:
        self._marks += 1
        return f":{self._marks}"


def _data(text: str) -> bytes:
    raw = text.encode()
    return b"data %d\n%s\n" % (len(raw), raw)
