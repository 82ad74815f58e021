"""Reading git objects in bulk: one `git cat-file --batch` process answers everything."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO

from ledger.errors import LedgerError
from ledger.git.entries import Entry, of_tree
from ledger.git.kept import Kept
from ledger.git.process import unreadable
from ledger.model.frozen import frozen

# so many are read by the process that is running already, before one of their own is worth its start
_FEW = 100


@frozen
class GitObject:
    """One object. `kind`: blob, tree, commit or tag."""

    oid: str
    kind: str
    data: bytes


def message_of(commit: GitObject | None) -> str:
    """The message of a commit that was read, "" where there was none."""
    return "" if commit is None else commit.data.partition(b"\n\n")[2].decode(errors="replace")


def parents_of(commit: GitObject | None) -> tuple[str, ...]:
    """The parents of a commit that was read."""
    return tuple(line.removeprefix("parent ") for line in _header_of(commit) if line.startswith("parent "))


def _header_of(commit: GitObject | None) -> list[str]:
    return [] if commit is None else commit.data.split(b"\n\n", 1)[0].decode(errors="replace").split("\n")


class Objects:
    """A repository's objects by any name that git understands, such as `HEAD:dvc.yaml`.

    The process starts at the first read and ends with `close`, or with ours.
    """

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        # trials in parallel slots ask too: a question and its answer belong together
        self._turn = threading.Lock()
        self._kept = Kept[GitObject]()

    def read(self, name: str) -> GitObject | None:
        """The object, None where there is none."""
        if "\n" in name:
            return None
        known = self._kept.get(name)
        if known is not None:
            return known
        found = self._ask(name)
        if found is not None:
            self._kept.keep(name, found, len(found.data))
        return found

    def _ask(self, name: str) -> GitObject | None:
        with self._turn:
            for _ in range(2):
                process = self._started()
                assert process.stdin is not None
                assert process.stdout is not None
                try:
                    process.stdin.write(os.fsencode(name) + b"\n")
                    process.stdin.flush()
                    return _answer(process.stdout)
                except (BrokenPipeError, _Ended):
                    # it may have been killed: a new one answers, or there is something wrong with the repository
                    self.close()
                except BaseException:
                    # Ctrl-C between question and answer: the next question would get the answer of this one
                    process.kill()
                    self.close()
                    raise
        raise self._unreadable(name)

    def held(self, oid: str) -> GitObject:
        """The object that something names which was read, such as a tree. Raises LedgerError where it is gone."""
        found = self.read(oid)
        if found is None:
            raise self._unreadable(oid)
        return found

    def read_many(self, names: Sequence[str]) -> Iterator[GitObject | None]:
        """The objects one after another, None for what there is not, through a process of their own.

        All names are asked for before the first answer is read; a thread does it, since a pipe holds only so many.
        """
        return self._read_many(names, again=False)

    def _read_many(self, names: Sequence[str], *, again: bool) -> Iterator[GitObject | None]:
        if not names:
            return
        process = subprocess.Popen(
            ["git", "cat-file", "--batch", "--buffer"],
            cwd=self._root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            bufsize=1 << 18,
            process_group=0,
        )
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
                        raise self._unreadable(name) from None
                    # somebody has killed it
                    yield from self._read_many(names[at:], again=True)
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

    def at(self, commit: str, path: str) -> GitObject | None:
        """What stands at a path of a commit; None where nothing does. Raises LedgerError where its object is gone."""
        name = f"{commit}:{path}"
        found = self.read(name)
        # git says "missing" of both
        if found is None and path and "\n" not in path:
            parent, _, last = path.rpartition("/")
            above = self.at(commit, parent)
            entry = entries(above).get(last) if above is not None and os.fsencode(last) in above.data else None
            if entry is not None and not entry.is_submodule:
                raise self._unreadable(entry.oid)
        return found

    def blob(self, commit: str, path: str) -> bytes | None:
        """The content of a file at a commit; None where there is no file."""
        found = self.at(commit, path)
        return found.data if found is not None and found.kind == "blob" else None

    def text(self, commit: str, path: str) -> str | None:
        """The same as text; undecodable bytes are replaced."""
        data = self.blob(commit, path)
        return None if data is None else data.decode("utf-8", errors="replace")

    def folder(self, name: str) -> Mapping[str, Entry]:
        """The entries of one tree; empty where `name` is no tree."""
        return entries(self.read(name))

    def files(self, name: str, *, skips: Callable[[str, bytes], bool] | None = None) -> dict[str, Entry]:
        """All files below a tree or commit by their path, links and submodules too.

        Folders that `skips` says are left out; it is asked with the folder's path, which ends in `/`, and its tree as
        git stores it: to take thousands of them apart would take longer than to read them.
        """
        found: dict[str, Entry] = {}
        level = [("", f"{name}^{{tree}}")]
        while level:
            asked = [tree for _, tree in level]
            # a main branch on which thousands have landed has as many folders
            trees = [self.read(tree) for tree in asked] if len(asked) < _FEW else self.read_many(asked)
            below = []
            for (prefix, asked_for), tree in zip(level, trees, strict=True):
                if tree is None and (prefix or self.read(name) is not None):
                    raise self._unreadable(asked_for)
                if skips is not None and tree is not None and skips(prefix, tree.data):
                    continue
                for entry_name, entry in entries(tree).items():
                    if entry.is_tree:
                        below.append((f"{prefix}{entry_name}/", entry.oid))
                    else:
                        found[prefix + entry_name] = entry
            level = below
        return found

    def parents(self, commit: str) -> tuple[str, ...]:
        """The parents of a commit; of a tag, those of the commit that it names."""
        return parents_of(self.read(f"{commit}^{{commit}}"))

    def header(self, commit: str, key: str) -> str | None:
        """What the header of a commit says under a key such as `committer`, None where it does not, or is not here."""
        return next((line.removeprefix(f"{key} ") for line in self._header(commit) if line.startswith(f"{key} ")), None)

    def _header(self, commit: str) -> list[str]:
        return _header_of(self.read(f"{commit}^{{commit}}"))

    def message(self, commit: str) -> str:
        """The message of a commit, "" where there is none."""
        return message_of(self.read(f"{commit}^{{commit}}"))

    def tag_message(self, ref: str) -> str | None:
        """The message of an annotated tag, None where the ref names no tag object."""
        found = self.read(ref)
        return found.data.partition(b"\n\n")[2].decode(errors="replace") if found and found.kind == "tag" else None

    def close(self) -> None:
        """End the process. It starts again at the next read."""
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()
            process.wait()

    def __del__(self) -> None:
        self.close()

    def _unreadable(self, name: str) -> LedgerError:
        """Why git ends when it is asked for an object: asked again for only this one, it says so."""
        asked = ["git", "cat-file", "-p", name]
        done = subprocess.run(asked, cwd=self._root, env=self._environment, capture_output=True, check=False)
        return unreadable(name, done.stderr.decode(errors="replace"))

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                ["git", "cat-file", "--batch"],
                cwd=self._root,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
                # Ctrl-C in the terminal is for us alone: what has finished is still to be written
                process_group=0,
            )
        return self._process


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


def _feed(pipe: IO[bytes], names: Sequence[str]) -> None:
    try:
        # a name with a line end would be two
        pipe.write(b"".join(b"-\n" if "\n" in name else os.fsencode(name) + b"\n" for name in names))
        pipe.close()
    except BrokenPipeError:
        # whoever asked has seen enough, or git has died: the answers are then missing
        pass


def entries(found: GitObject | None) -> Mapping[str, Entry]:
    """The entries of a tree that was read; none where it is no tree."""
    return {} if found is None or found.kind != "tree" else _of_tree(found.data, len(found.oid) // 2)


# the same folders are looked into again and again
_of_tree = lru_cache(maxsize=2048)(of_tree)
