"""What a trial commit holds, read for the checks of `ledger verify`: objects and caches, nothing is run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from ledger.analysis.checks import Content, Witness
from ledger.analysis.findings import NUMBERS, Finding, same
from ledger.dvc import manifests
from ledger.dvc.blobs import Blob, digests
from ledger.dvc.store import Store
from ledger.errors import FormatError, LedgerError
from ledger.git import attributes
from ledger.git.entries import Entry
from ledger.git.git import EMPTY_TREE
from ledger.git.objects import Objects
from ledger.model import hypothesis as hypotheses
from ledger.model import settings
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats import metrics, paramfiles, yaml12
from ledger.model.formats.lockfile import LockedStage, Pinned, locked_stages
from ledger.model.frozen import frozen
from ledger.model.hypothesis import Plan
from ledger.model.pipeline import Pipeline, inside
from ledger.model.replicates import REPEAT
from ledger.model.settings import Settings
from ledger.model.trial import Trial
from ledger.repo.code import Code, CodeReader, edited
from ledger.repo.ledger import Ledger

_FILTERS = "filters of .gitattributes change files on their way out of git"


@frozen
class Tree:
    """The files of a commit, with the pipeline and the parsed locks and parameter files in it."""

    commit: str
    code: Code
    reader: CodeReader
    files: Mapping[str, Entry]
    pipeline: Pipeline
    locks: Mapping[str, LockedStage]
    texts: Mapping[str, str]

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

    def __init__(self, ledger: Ledger, store: Store) -> None:
        self.ledger = ledger
        self.store = store
        self._objects = ledger.git.objects
        self._readers: dict[tuple[tuple[str, ...], tuple[str, ...]], CodeReader] = {}
        self._blobs: dict[str, Blob] = {}
        self._plans: dict[str, Plan | None] = {}
        self._arms: dict[tuple[str, str, str], str] = {}
        self._with_filters: dict[object, frozenset[str]] = {}

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

    def _tree(self, reader: CodeReader, code_commit: str, commit: str) -> Tree:
        code = reader.at(code_commit)
        files = dict(code.files)
        for path, entry in changes(self._objects, code_commit, commit).items():
            if entry is None:
                files.pop(path, None)
            else:
                files[path] = entry
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
                made = CodeReader(self.ledger.git, one, self.ledger.state_dir)
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

    # --- one trial

    def witness(self, experiment: Experiment, record: Recorded, commit: str, *, same_record: bool) -> Witness:
        """The trial commit beside the record. Raises LedgerError where its code cannot be read here."""
        trial = record.trial
        chosen: Tree | None = None
        fingerprint: str | None = None
        arms: set[str] = set()
        untold: str | None = None
        for tree in self.trees(trial.code, commit, experiment.tip):
            try:
                computed, others = self._fingerprints(experiment, trial, tree)
            except LedgerError as error:
                untold, chosen = error.message, chosen or tree
                continue
            if chosen is None or trial.fingerprint in {computed, *others}:
                chosen, fingerprint, arms = tree, computed, others
            if trial.fingerprint == computed:
                break
        assert chosen is not None
        if not trial.succeeded:
            # its commit holds the record alone: the lock in it is that of an earlier result
            chosen = replace(chosen, locks={}, texts=self._written(experiment, trial, chosen))
        if chosen.reader.settings.copy and untold is None:
            untold = "it depends on untracked files of this work tree (`copy` in ledger.yaml)"
        numbers, lacking = self._metrics(trial, chosen) if trial.succeeded else (None, None)
        return Witness(
            trial=trial,
            path=record.path,
            commit=commit,
            parents=self._objects.parents(commit),
            message=self._objects.message(commit),
            touched=tuple(changes(self._objects, trial.code, commit)),
            same_record=same_record,
            pipeline=chosen.pipeline,
            locks=chosen.locks,
            contents=self.contents(chosen) if trial.succeeded else {},
            parameters=self.parameters(chosen),
            metrics=numbers,
            no_metrics=lacking,
            data=_data(chosen),
            fingerprint=fingerprint if trial.succeeded else None,
            arms=frozenset(arms),
            untold=untold,
        )

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

    def _fingerprints(self, experiment: Experiment, trial: Trial, tree: Tree) -> tuple[str, set[str]]:
        """The fingerprint that the commit's own files give, and those of the declared variant on its code."""
        axes = [axis for axis, _ in trial.point if axis != REPEAT]
        own = self._arm(tree, replace(tree.code, texts=tree.texts), {}, axes) if trial.succeeded else ""
        arms = set()
        plans = [self.plan(trial.code, experiment.name), experiment.plan]
        for plan in plans:
            variant = None if plan is None else plan.variant(trial.variant)
            if plan is not None and variant is not None and variant.experiment is None:
                arms.add(self._arm(tree, tree.code, variant.params, axes))
                fixed = plan.commit_of(variant)
                if trial.fingerprint not in arms and trial.reused is not None and fixed is not None:
                    # another experiment's arm had by its parameters what this one's commit has by itself
                    arms.add(self._arm(tree, tree.reader.at(fixed), variant.params, axes))
                if trial.fingerprint in arms:
                    break
        return own, arms

    def _written(self, experiment: Experiment, trial: Trial, tree: Tree) -> Mapping[str, str]:
        """The parameter files as they were written for a trial that has left none."""
        for plan in (self.plan(trial.code, experiment.name), experiment.plan):
            variant = None if plan is None else plan.variant(trial.variant)
            if variant is not None:
                try:
                    changes_made = {tree.code.locate(name): value for name, value in variant.params.items()}
                    at_point = {tree.code.locate(axis): value for axis, value in trial.point if axis != REPEAT}
                    return edited(tree.code.texts, changes_made | at_point)
                except LedgerError:
                    continue
        return tree.texts

    def _arm(self, tree: Tree, code: Code, overrides: Mapping[str, Any], axes: list[str]) -> str:
        key = (
            code.commit + repr(tree.reader.settings.targets),
            repr(sorted(code.texts.items())),
            repr((overrides, axes)),
        )
        if key not in self._arms:
            self._arms[key] = tree.reader.arm(code, overrides, axes).fingerprint
        return self._arms[key]

    def _metrics(self, trial: Trial, tree: Tree) -> tuple[dict[str, float] | None, Finding | None]:
        """The numbers in the metrics files of the commit, or of the cache where git does not hold them."""
        made = {path: pin.md5 for stage in tree.locks.values() for path, pin in stage.outputs.items()}
        files: dict[str, dict[str, float]] = {}
        filtered = self._filtered(tree, [path for path in tree.pipeline.metric_files() if path in tree.files])
        for path in tree.pipeline.metric_files():
            if path in tree.files:
                text: str | None = self.text(tree.files[path])
            else:
                text = self.store.text_at(path, made)
            if text is None and path in tree.code.files:
                message = f"the trial commit {tree.commit[:10]} has lost the metrics file {path}"
                return None, Finding(check=NUMBERS, trial=trial.id, message=message)
            if text is None:
                message = f"{path} is not in the trial commit, nor in a cache here, so its numbers cannot be compared"
                return None, Finding(check=NUMBERS, trial=trial.id, message=message, problem=False)
            try:
                files[path] = metrics.parse(path, text)[0]
            except FormatError as error:
                if path in filtered:
                    return None, _through_filters(trial, path)
                return None, Finding(check=NUMBERS, trial=trial.id, message=f"in the trial commit, {error}")
        found = metrics.merge(files)
        if filtered and (
            found.keys() != trial.metrics.keys() or not all(same(trial.metrics[n], found[n]) for n in found)
        ):
            return None, _through_filters(trial, min(filtered))
        return found, None

    # --- contents

    def contents(self, tree: Tree) -> dict[str, Content]:
        """What git, `.dvc` files or the cache hold at the paths that the locks pin, where that is known."""
        paths = dict.fromkeys(path for stage in tree.locks.values() for path in (*stage.dependencies, *stage.outputs))
        filtered = self._filtered(tree, [path for path in paths if path in tree.files])
        found = {path: self._content(tree, path, filtered) for path in paths}
        return {path: content for path, content in found.items() if content is not None}

    def _content(self, tree: Tree, path: str, filtered: frozenset[str]) -> Content | None:
        entry = tree.files.get(path)
        if entry is not None:
            blob = self._blob(entry)
            return replace(blob, doubt=blob.doubt or _FILTERS, filtered=True) if path in filtered else blob
        if path in tree.code.data:
            digest = tree.code.data[path].md5
            return None if digest is None else Content(md5s=frozenset({digest}))
        made = {at: pin for stage in tree.locks.values() for at, pin in stage.outputs.items()}
        for folder, pin in [*tree.code.data.items(), *made.items()]:
            if folder != path and inside(path, folder) and pin.md5 is not None and pin.md5.endswith(".dir"):
                return self._within(pin.md5, path.removeprefix(f"{folder}/"))
        below = {p.removeprefix(f"{path}/"): e for p, e in tree.files.items() if p.startswith(f"{path}/")}
        members = {name: self._blob(e).plain for name, e in below.items()}
        for at, pin in [*tree.code.data.items(), *made.items()]:
            if at != path and inside(at, path) and pin.md5 is not None:
                members |= self.store.members(at.removeprefix(f"{path}/"), pin.md5)
        if not members:
            return None
        digest = manifests.digest(members)
        return Content(md5s=frozenset({digest}), doubt="files in it that git ignores count too")

    def _within(self, digest: str, name: str) -> Content:
        """A part of a directory that DVC holds, by the directory's listing."""
        listing = self.store.listing(digest)
        if listing is None:
            return Content(md5s=frozenset(), doubt="the directory that it lies in is not in a cache here")
        if name in listing:
            return Content(md5s=frozenset({listing[name]}))
        below = {p.removeprefix(f"{name}/"): md5 for p, md5 in listing.items() if p.startswith(f"{name}/")}
        return Content(md5s=frozenset({manifests.digest(below)} if below else ()))

    def _blob(self, entry: Entry) -> Blob:
        if entry.is_link or entry.is_submodule:
            return Blob(md5s=frozenset(), plain="", doubt="it is a link or a submodule")
        if entry.oid not in self._blobs:
            self._blobs[entry.oid] = digests(self._objects.held(entry.oid).data)
        return self._blobs[entry.oid]

    def _filtered(self, tree: Tree, paths: Sequence[str]) -> frozenset[str]:
        """Those of the paths that git changes on their way in or out, at the commit and in this clone."""
        files = tuple((path, e.oid) for path, e in tree.files.items() if path.endswith(".gitattributes"))
        key = (files, tuple(paths))
        if key not in self._with_filters:
            self._with_filters[key] = attributes.filtered(self.ledger.git, tree.commit, paths)
        return self._with_filters[key]

    def text(self, entry: Entry) -> str:
        """A blob as text."""
        return self._objects.held(entry.oid).data.decode("utf-8", errors="replace")


def _through_filters(trial: Trial, path: str) -> Finding:
    message = f"git holds {path} as filters have left it, so its numbers cannot be compared"
    return Finding(check=NUMBERS, trial=trial.id, message=message, problem=False)


def _data(tree: Tree) -> dict[str, Pinned]:
    """The inputs that no stage makes and git does not hold, which a record names."""
    pinned = {path: pin for stage in tree.locks.values() for path, pin in stage.dependencies.items()}
    found = {}
    for path in tree.pipeline.sources():
        if path in tree.code.files or tree.pipeline.gathers(path):
            continue
        if any(file.startswith(f"{path}/") for file in tree.code.files):
            continue
        pin = pinned.get(path) or tree.code.data.get(path)
        if pin is not None:
            found[path] = pin
    return found


def changes(objects: Objects, old: str, new: str) -> dict[str, Entry | None]:
    """The files in which two commits differ, with what the new one has there, None where it has nothing.

    Modes count. Folders that are the same are not entered, so that a large repository costs no more than a small one.
    """
    found: dict[str, Entry | None] = {}
    pending = [("", f"{old}^{{tree}}", f"{new}^{{tree}}")]
    while pending:
        prefix, a, b = pending.pop()
        before, after = objects.folder(a), objects.folder(b)
        for name in before.keys() | after.keys():
            one, other = before.get(name), after.get(name)
            if one == other:
                continue
            path = prefix + name
            if (one is not None and one.is_tree) or (other is not None and other.is_tree):
                left = one.oid if one is not None and one.is_tree else EMPTY_TREE
                right = other.oid if other is not None and other.is_tree else EMPTY_TREE
                pending.append((f"{path}/", left, right))
            if one is not None and not one.is_tree and (other is None or other.is_tree):
                found[path] = None
            if other is not None and not other.is_tree:
                found[path] = other
    return found
