"""What a commit would run: its pipeline, parameters and data, read from git without a checkout.

This is where fingerprints come from. Nothing is executed, and no file of a work tree is read but inputs that neither
git nor DVC holds (`borrowed.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from threading import Lock
from types import MappingProxyType
from typing import Any

from ledger.dvc.definitions import beside, defines, dvc_folder, variable_files
from ledger.dvc.pointers import pins_in
from ledger.errors import LedgerError, NotHere
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.machine.kept import keep
from ledger.machine.state_directory import StateDirectory
from ledger.model import bounds
from ledger.model import pipeline as pipelines
from ledger.model.experiment import DIRECTORY
from ledger.model.fingerprint import fingerprint
from ledger.model.formats import paramfiles, yaml12
from ledger.model.formats.lockfile import LockedStage, Pinned, locked_stages
from ledger.model.listing import listed
from ledger.model.parameters import another, flatten, stand_in
from ledger.model.pipeline import Pipeline, inside
from ledger.model.settings import Settings
from ledger.repo import borrowed
from ledger.repo.code import Arm, Code, edited


class CodeReader:
    """Reads code states of one repository; each commit once.

    `lent`: what only the user's work tree holds is looked at there. Without it a dependency that no commit holds is not
    known: NotHere is raised, as it is for a commit that this clone lacks.
    """

    def __init__(self, git: Git, settings: Settings, state_dir: StateDirectory, *, lent: bool = True) -> None:
        self.git = git
        self._lent = lent
        self.settings = settings
        self._places = state_dir
        self._read: dict[str, Code] = {}
        # stations resolve templates at the same time, and DVC is not made for that
        self._turn = Lock()

    def at(self, commit: str) -> Code:
        """The state of a commit. Raises LedgerError where it has no pipeline, or one that cannot be read."""
        if commit not in self._read:
            self._read[commit] = self._code(commit)
        return self._read[commit]

    def _at(self, commit: str) -> str:
        """Where that is, for a message; nobody knows the tree of a merge by its id."""
        return "" if self.git.commit(commit) is None else f" at {commit[:10]}"

    def has_pipeline(self, commit: str) -> bool:
        """Whether the commit has a `dvc.yaml`."""
        return any(PurePosixPath(path).name == "dvc.yaml" for path in self.git.objects.files(commit))

    def arm(
        self,
        code: Code,
        overrides: Mapping[str, Any],
        axes: Collection[str],
        samples: Mapping[str, float] = MappingProxyType({}),
    ) -> Arm:
        """The variant that `overrides` make of the code, over the replicate `axes` (parameters' names).

        `samples`: the paths of data of which every replicate draws a sample, with its share.
        """
        located = {code.locate(name): value for name, value in overrides.items()}
        texts = edited(code.texts, located)
        axis_keys = [code.locate(axis) for axis in axes]
        # The templates of every replicate are resolved with one stand-in value, so that a seed that stands in a
        # command does not make each replicate a thing of its own.
        stand_ins = {key: stand_in(flatten(paramfiles.parse(key[0], texts[key[0]])).get(key[1])) for key in axis_keys}
        masked = edited(texts, stand_ins)
        pipeline = self.resolve(code, masked)
        # what a stage writes follows from the rest
        trees = {path: paramfiles.parse(path, text) for path, text in masked.items() if not pipeline.makes(path)}
        sources = {path: self._source(code, pipeline, path) for path in pipeline.sources()}
        return Arm(
            code=code,
            fingerprint=fingerprint(pipeline, sources=sources, parameters=trees, axes=axis_keys, samples=samples),
            texts=texts,
            missing=tuple(path for path, digest in sources.items() if digest is None and path not in trees),
            linked=self._linked(code, [path for path, digest in sources.items() if digest is not None]),
            borrowed={
                path: borrowed.content(self.git.root / path, self._places.contents) or digest
                for path, digest in sources.items()
                if digest and self._is_borrowed(code, path)
            },
            overrides=located,
            samples=samples,
        )

    def _is_borrowed(self, code: Code, path: str) -> bool:
        """Whether a dependency is lent to slots from the user's work tree, since neither git nor DVC holds it."""
        if not self._lent:
            return False
        pinned = [*code.data, *code.submodules]
        if any(inside(p, path) for p in code.files) or any(inside(path, held) for held in pinned):
            return False
        if "://" in path or path.startswith("/") or not borrowed.stays_inside(path, code.files):
            return False
        copied = borrowed.is_copied(path, self.settings.copy)
        return copied or borrowed.link_above(self.git.root, path, code.files) is not None

    def _linked(self, code: Code, sources: Sequence[str]) -> tuple[str, ...]:
        if not self._lent:
            return ()
        own = [p for p in sources if p not in code.data and not borrowed.is_copied(p, self.settings.copy)]
        links = (borrowed.link_above(self.git.root, path, code.files) for path in own)
        return tuple(dict.fromkeys(link for link in links if link is not None))

    def resolve(self, code: Code, texts: Mapping[str, str]) -> Pipeline:
        """The pipeline of the code with other parameter files; cached on disk, since DVC takes its time."""
        definitions = {path: self._blob(path, code.files[path]) for path in code.files if defines(path, code.folder)}
        templated = any(b"${" in data or b"vars" in data for data in definitions.values())
        variables = {path: text.encode() for path, text in texts.items()} if templated else {}
        return self._resolved(definitions | variables, code.folder, tuple(variables))

    def require_tracked(self, code: Code, name: str, value: Any) -> None:
        """Refuse a parameter that no stage would notice to have changed.

        DVC's run cache is keyed by what stages declare: with a seed that none does, the trials of all seeds would be
        the first one restored again, a noise of zero. Raises LedgerError.
        """
        file, key = code.locate(name)
        stages = code.pipeline.stages
        if any(use.file == file and use.covers(key) for stage in stages for use in stage.parameters):
            return
        if any(file in stage.dependencies for stage in stages):
            return
        present = flatten(paramfiles.parse(file, code.texts[file]))[key]
        other = value if value != present else another(present)
        if self.resolve(code, edited(code.texts, {(file, key): other})) != self.resolve(code, code.texts):
            return
        near = [s.name for s in stages if any(use.file == file for use in s.parameters)] or [s.name for s in stages]
        frozen = [s.name for s in stages if s.frozen]
        raise LedgerError(
            f"no stage tracks the parameter {name}: DVC would not run anything again when it changes",
            hint=f"list it in dvc.yaml under `params:` of the stage that reads it ({listed(near, 4)})"
            + (f", or thaw it: dvc unfreeze {frozen[0]}" if frozen else ""),
        )

    def locks(self, code: Code, commit: str | None = None) -> dict[str, LockedStage]:
        """What the lock files pin at the code's commit, or at another that shares its pipeline."""
        return self._locks(code.pipeline, commit or code.commit)

    def _locks(self, pipeline: Pipeline, commit: str) -> dict[str, LockedStage]:
        return locked_stages(pipeline, {path: self._lock(commit, path) for path in pipeline.lockfiles()})

    def pins(self, files: Mapping[str, Entry], code: Code) -> dict[str, Pinned]:
        """What the `.dvc` files among others than the code's pin, beside what its frozen stages have made."""
        return self._data(files) | self._frozen(code.commit, code.pipeline)

    def _code(self, commit: str) -> Code:
        files = self.git.objects.files(commit, skips=_is_experiment)
        folder = dvc_folder(files, self.git)
        definitions = {p: self._blob(p, files[p]) for p in files if defines(p, folder)}
        if not any(PurePosixPath(path).name == "dvc.yaml" for path in definitions):
            own = f"{folder}/dvc.yaml".removeprefix("/")
            if (self.git.root / own).is_file():
                raise LedgerError(f"{own} is not committed{self._at(commit)}", hint=f"git add {own} && git commit")
            raise LedgerError(
                f"there is no dvc.yaml{self._at(commit)}",
                hint='wrap a script as a pipeline: ledger init --cmd "python train.py" --metrics metrics.json',
            )
        candidates = variable_files(definitions, files)
        variables = {path: self._blob(path, files[path]) for path in candidates}
        pipeline = self._resolved(definitions | variables, folder, tuple(variables))
        if not pipeline.stages:
            raise LedgerError(f"the dvc.yaml{self._at(commit)} has no stage to run", hint="dvc stage add adds one")
        if self.settings.targets:
            try:
                pipeline = pipeline.limited_to(self.settings.targets)
            except KeyError as error:
                known = ", ".join(stage.name for stage in pipeline.stages)
                raise LedgerError(
                    f"ledger.yaml: `targets` names {error.args[0]}, which is not a stage", hint=f"known: {known}"
                ) from None
        parameter_files = [path for path in pipeline.parameter_files() if path in files]
        # what a stage writes may be with DVC alone
        read = [path for path in pipeline.parameter_files() if not pipeline.makes(path)]
        untracked = [path for path in read if path not in files and path not in variables]
        if untracked:
            path = untracked[0]
            there = (self.git.root / path).exists()
            raise LedgerError(
                f"git does not track {path}, which a stage reads",
                hint=f"git add {path} && git commit" if there else "no such file: is the path in dvc.yaml right?",
            )
        return Code(
            commit=commit,
            folder=folder,
            files=files,
            pipeline=pipeline,
            texts={p: self._blob(p, files[p]).decode("utf-8", errors="replace") for p in parameter_files},
            data=self._data(files) | self._frozen(commit, pipeline),
        )

    def _blob(self, path: str, entry: Entry) -> bytes:
        return bounds.definition(path, self.git.objects.held(entry.oid).data)

    def _lock(self, commit: str, path: str) -> object:
        data = self.git.objects.blob(commit, path)
        if data is None:
            return None
        text = bounds.definition(path, data).decode("utf-8", errors="replace")
        hint = f"git rm {path} && git commit: the next run writes it again"
        try:
            document = yaml12.loads(text)
        except yaml12.YamlError as error:
            raise LedgerError(f"{path}{self._at(commit)} is not YAML: {error}", hint=hint) from None
        if not isinstance(document, dict):
            raise LedgerError(f"{path}{self._at(commit)} does not pin any stage", hint=hint)
        return document

    def _data(self, files: Mapping[str, Entry]) -> dict[str, Pinned]:
        data = {}
        for path, entry in files.items():
            if path.endswith(".dvc") and not entry.is_tree:
                data.update(pins_in(path, self._blob(path, entry).decode("utf-8", errors="replace")))
        return data

    def _frozen(self, commit: str, pipeline: Pipeline) -> dict[str, Pinned]:
        """The outputs of frozen stages as the lock pins them."""
        names = {stage.name for stage in pipeline.stages if stage.frozen}
        locks = self._locks(pipeline, commit) if names else {}
        return {path: pin for name in names & locks.keys() for path, pin in locks[name].outputs.items()}

    def _source(self, code: Code, pipeline: Pipeline, path: str) -> str | None:
        """What identifies a dependency that no stage makes; None where nothing holds it."""
        entry = code.files.get(path)
        commits = {held: commit for held, commit in code.submodules.items() if inside(path, held)}
        if commits:
            # the commit says what the files are, also in a clone that does not have them
            return f"{commits} {path}"
        if entry is not None:
            return entry.oid
        for held, pin in code.data.items():
            if inside(path, held):
                return f"{pin.md5} {path}"
        below = {p: e.oid for p, e in code.files.items() if inside(p, path) and not beside(p, pipeline)}
        if below:
            return hashlib.sha256(json.dumps(below, sort_keys=True).encode()).hexdigest()
        if "://" in path or path.startswith("/"):
            # not in the repository: only its name is known before a run
            return path
        if not self._lent:
            if pipeline.gathers(path):
                return path
            raise NotHere(f"no commit holds {path}, which a stage reads", hint="only its author's work tree has it")
        copied = borrowed.is_copied(path, self.settings.copy)
        if not borrowed.stays_inside(path, code.files):
            return path
        if copied or borrowed.link_above(self.git.root, path, code.files) is not None:
            return borrowed.content(self.git.root / path, self._places.contents)
        return path if pipeline.gathers(path) else None

    def _resolved(self, files: Mapping[str, bytes], folder: str, variables: tuple[str, ...]) -> Pipeline:
        digest = hashlib.sha256(repr((_RESOLVER, folder)).encode())
        for path in sorted(files):
            digest.update(path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
        cached = self._places.pipelines / f"{digest.hexdigest()[:32]}.json"
        try:
            return pipelines.from_json(json.loads(cached.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            pass
        from ledger.dvc.resolve import resolve

        with self._turn:
            pipeline = resolve(files, folder=folder)
        # what an ignored definition would read is none of it
        read = variable_files({path: files[path] for path in pipeline.definitions}, variables)
        templated = tuple(path for path in read if path not in pipeline.parameter_files())
        pipeline = replace(pipeline, variables=templated)
        keep(cached, json.dumps(pipelines.to_json(pipeline)))
        return pipeline


# raised whenever the values in the cache change their meaning
_RESOLVER = 6


def _is_experiment(folder: str, tree: bytes) -> bool:
    """Whether a folder is the ledger's own: thousands may have landed, and no pipeline is made of their records."""
    return folder.startswith(f"{DIRECTORY}/") and folder.count("/") == 2 and b" hypothesis.md\0" in tree
