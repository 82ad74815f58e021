"""Reading git objects by name, each read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git.cat_file import CatFile
from ledger.git.entries import Entry
from ledger.git.git_object import GitObject, entries, entry_of, header_of, message_of, parents_of
from ledger.git.kept import Kept

# how many are read by the process that is running already, before one of their own is worth its start
_FEW = 100
# how many of them are in memory together
_TOGETHER = 25


class Objects:
    """A repository's objects by any name that git understands, such as `HEAD:dvc.yaml`.

    One process of git answers; it starts at the first read and ends with `close`, or with ours.
    """

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._git = CatFile(root, environment)
        self._kept = Kept[GitObject]()

    def read(self, name: str) -> GitObject | None:
        """The object, None where there is none."""
        if "\n" in name:
            return None
        found = self._known(name)
        if found is not None:
            return found
        commit, _, path = name.partition(":")
        parent, _, last = path.rpartition("/")
        above = self._above(commit, parent) if last and not _lacks_a_name(path) else None
        if above is None:
            (found,) = self._git.ask([name])
        else:
            there = entry_of(above, last)
            found = None if there is None or there.is_submodule else self.read(there.oid)
        self._keep(name, found)
        return found

    def _above(self, commit: str, path: str) -> GitObject | None:
        """A folder of a commit, where the trees that lead to it are kept; None where git is to be asked."""
        kept = self._kept.get(f"{commit}:{path}")
        if kept is not None or not path:
            return kept
        parent, _, last = path.rpartition("/")
        above = self._above(commit, parent)
        there = None if above is None else entry_of(above, last)
        return self._kept.get(there.oid) if there is not None and there.is_tree else None

    def _known(self, name: str) -> GitObject | None:
        """What is kept under a name, or another one for the same."""
        found = self._kept.get(name)
        if ":" in name:
            # what ends it is of a file's name
            return found
        if found is None and name.endswith("^{commit}"):
            peeled = self._kept.get(name.removesuffix("^{commit}"))
            return peeled if peeled is not None and peeled.kind == "commit" else None
        if found is None and name.endswith("^{tree}"):
            return self._kept.get(f"{name.removesuffix('^{tree}')}:")
        return found

    def ahead(self, names: Iterable[str]) -> None:
        """Ask for all of these together: what is here of them, and not large, is then read at no cost."""
        wanted = [one for one in dict.fromkeys(names) if self._known(one) is None]
        # what ends git says so where it is read
        with suppress(LedgerError):
            for name, found in zip(wanted, self._git.ask(wanted), strict=True):
                self._keep(name, found)

    def read_few(self, names: Sequence[str]) -> list[GitObject | None]:
        """The objects, None for what there is not, by the process that is running already."""
        return list(self._by_groups(names))

    def _keep(self, name: str, found: GitObject | None) -> None:
        if found is not None:
            self._kept.keep(found.oid, found, len(found.data))
            if self._kept.get(found.oid) is not None:
                # the same object under another name takes no room
                self._kept.keep(name, found, 0)

    def held(self, oid: str) -> GitObject:
        """The object that something names which was read, such as a tree. Raises LedgerError where it is gone."""
        found = self.read(oid)
        if found is None:
            raise self._git.why_not(oid)
        return found

    def read_many(self, names: Sequence[str]) -> Iterator[GitObject | None]:
        """The objects one after another, None for what there is not; many come through a process of their own."""
        if len(names) >= _FEW:
            return self._git.stream(names)
        return self._by_groups(names)

    def _by_groups(self, names: Sequence[str]) -> Iterator[GitObject | None]:
        for at in range(0, len(names), _TOGETHER):
            group = names[at : at + _TOGETHER]
            found = {name: self._known(name) for name in group}
            lacking = [name for name, one in found.items() if one is None]
            try:
                found.update(zip(lacking, self._git.ask(lacking), strict=True))
            except LedgerError:
                # what ends git says so where it is read: what stands before it is read until then
                yield from map(self.read, group)
                continue
            for name in lacking:
                self._keep(name, found[name])
            yield from map(found.__getitem__, group)

    def at(self, commit: str, path: str) -> GitObject | None:
        """What stands at a path of a commit; None where nothing does. Raises LedgerError where its object is gone."""
        found = self.read(f"{commit}:{path}")
        # git says "missing" of both
        if found is None and path and "\n" not in path and not _lacks_a_name(path):
            parent, _, last = path.rpartition("/")
            above = self.at(commit, parent)
            there = None if above is None else entry_of(above, last)
            if there is not None and not there.is_submodule:
                raise self._git.why_not(there.oid)
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
        """The entries of one tree; empty where `name` is not a tree."""
        return entries(self.read(name))

    def files(self, name: str, *, skips: Callable[[str, bytes], bool] | None = None) -> dict[str, Entry]:
        """All files below a tree or commit by their path, links and submodules too.

        Folders that `skips` says are left out; it is asked with the folder's path, which ends in `/`, and its tree as
        git stores it: to take thousands of them apart would take longer than to read them.
        """
        found: dict[str, Entry] = {}
        level = [("", f"{name}^{{tree}}")]
        while level:
            trees = self.read_many([tree for _, tree in level])
            below = []
            for (prefix, asked_for), tree in zip(level, trees, strict=True):
                if tree is None and (prefix or self.read(name) is not None):
                    raise self._git.why_not(asked_for)
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
        return header_of(self.read(f"{commit}^{{commit}}"))

    def message(self, commit: str) -> str:
        """The message of a commit, "" where there is none."""
        return message_of(self.read(f"{commit}^{{commit}}"))

    def tag_message(self, ref: str) -> str | None:
        """The message of an annotated tag, None where the ref names no tag object."""
        found = self.read(ref)
        return message_of(found) if found and found.kind == "tag" else None

    def close(self) -> None:
        """End the process of git. It starts again at the next read."""
        self._git.close()


def _lacks_a_name(path: str) -> bool:
    """Whether a part of a path is empty: git looks for that, and finds none."""
    return "//" in f"/{path}"
