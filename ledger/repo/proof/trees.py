"""Commits read as what ran: their files, the pipeline, its locks and parameters; nothing is run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from ledger.errors import FormatError, LedgerError
from ledger.git.changed_files import changes
from ledger.git.entries import Entry
from ledger.model import hypothesis as hypotheses
from ledger.model import settings
from ledger.model.experiment import directory
from ledger.model.formats import paramfiles, yaml12
from ledger.model.formats.lockfile import LockedStage, Pinned, locked_stages
from ledger.model.frozen import frozen
from ledger.model.pipeline import Pipeline, inside
from ledger.model.plan import Plan
from ledger.model.settings import Settings
from ledger.repo.code import Code
from ledger.repo.code_reader import CodeReader
from ledger.repo.ledger import Ledger


@frozen
class Tree:
    """The files of a commit, with the pipeline, the parsed locks and parameter files, and the pins of data in it.

    `code` is the state that ran, whose data an arm may have had otherwise.
    """

    commit: str
    code: Code
    reader: CodeReader
    files: Mapping[str, Entry]
    pipeline: Pipeline
    locks: Mapping[str, LockedStage]
    texts: Mapping[str, str]
    data: Mapping[str, Pinned]

    def results(self) -> dict[str, str]:
        """The blobs of the results that git holds, without locks and `.gitignore` files."""
        locks = self.pipeline.lockfiles()
        made = [path for path in self.pipeline.results() if path not in locks]
        found = {}
        for path, entry in self.files.items():
            if any(inside(path, at) for at in made) and PurePosixPath(path).name != ".gitignore":
                found[path] = entry.oid
        return found


class Trees:
    """Reads commits of one ledger; what several of them share is read once."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._objects = ledger.git.objects
        self._readers: dict[tuple[tuple[str, ...], tuple[str, ...]], CodeReader] = {}
        self._plans: dict[str, Plan | None] = {}
        # several checks ask for the same commits one after another; a tree of a large repository is large
        self._tree = lru_cache(maxsize=64)(self._read)

    # --- code and results

    def trees(self, code: str, commit: str, tip: str) -> Iterable[Tree]:
        """The state of `commit`, whose code is that of the commit `code`, under each setting that may have held.

        `targets` and `copy` of `ledger.yaml` decide what the pipeline is, and a baseline's code may be older than
        them. Raises LedgerError where the code cannot be read under any.
        """
        refused: LedgerError | None = None
        read = False
        for reader in self._candidates(code, tip):
            try:
                tree = self._tree(reader, code, commit)
            except LedgerError as error:
                refused = refused or error
                continue
            read = True
            yield tree
        if refused is not None and not read:
            raise refused

    def _read(self, reader: CodeReader, code_commit: str, commit: str) -> Tree:
        code = reader.at(code_commit)
        files = dict(code.files)
        differs = changes(self._objects, code_commit, commit)
        for path, entry in differs.items():
            if entry is None:
                files.pop(path, None)
            else:
                files[path] = entry
        self._objects.ahead(entry.oid for entry in differs.values() if entry is not None and not entry.is_submodule)
        texts = {path: self.text(files[path]) if path in files else text for path, text in code.texts.items()}
        pipeline = reader.resolve(code, texts)
        if reader.settings.targets:
            pipeline = pipeline.limited_to(reader.settings.targets)
        documents = {path: self._lock(files, path) for path in pipeline.lockfiles()}
        return Tree(
            commit=commit,
            code=code,
            reader=reader,
            files=files,
            pipeline=pipeline,
            locks=locked_stages(pipeline, documents),
            texts=texts,
            data=reader.pins(files, code) if any(path.endswith(".dvc") for path in differs) else code.data,
        )

    def _lock(self, files: Mapping[str, Entry], path: str) -> object:
        try:
            return yaml12.loads(self.text(files[path])) if path in files else None
        except yaml12.YamlError:
            # then it pins nothing, and the check says so
            return None

    def _candidates(self, code: str, tip: str) -> list[CodeReader]:
        """A reader for each setting that may have held when the trial ran, the likeliest first."""
        known: list[Settings] = []
        for commit in dict.fromkeys((code, tip)):
            text = self._objects.text(commit, settings.FILE)
            try:
                known.append(Settings() if text is None else settings.parse(text))
            except LedgerError:
                continue
        readers = []
        for one in [*known, self.ledger.settings]:
            key = (one.targets, one.copy)
            if key not in self._readers:
                own = key == (self.ledger.settings.targets, self.ledger.settings.copy)
                made = self.ledger.reader(one)
                self._readers[key] = self.ledger.code if own else made
            if self._readers[key] not in readers:
                readers.append(self._readers[key])
        return readers

    # --- the plan

    def plan(self, commit: str, name: str) -> Plan | None:
        """The plan as a commit holds it, None where there is none that can be read."""
        blob = self._objects.at(commit, f"{directory(name)}/hypothesis.md")
        if blob is None:
            return None
        if blob.oid not in self._plans:
            try:
                self._plans[blob.oid] = hypotheses.parse(blob.data.decode("utf-8", errors="replace")).plan
            except FormatError:
                self._plans[blob.oid] = None
        return self._plans[blob.oid]

    def parameters(self, tree: Tree) -> dict[str, Mapping[str, Any]]:
        """The parsed parameter files by path, those that only a lock names too."""
        pinned = [path for stage in tree.locks.values() for path in stage.parameters if path in tree.files]
        texts = {path: self.text(tree.files[path]) for path in pinned} | dict(tree.texts)
        found: dict[str, Mapping[str, Any]] = {}
        for path, text in texts.items():
            try:
                found[path] = paramfiles.parse(path, text)
            except LedgerError:
                continue
        return found

    def text(self, entry: Entry) -> str:
        """A blob as text."""
        return self._objects.held(entry.oid).data.decode("utf-8", errors="replace")
