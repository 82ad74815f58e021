"""Execute: run planned trials and hand each result on as it ends.

An executor is a Protocol, so that slots in parallel or a cluster can take the place of one slot at a time.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from ledger.errors import LedgerError
from ledger.model import trial as trials
from ledger.model.environment import LOCK_FILES, Environment
from ledger.model.experiment import Experiment
from ledger.model.trial import Failure
from ledger.run.plan import Spec
from ledger.run.record import Ended, Kept, keep, tail
from ledger.run.slots import Slot
from ledger.run.worker import Worker
from ledger.store import environment as environments
from ledger.store.code import Code
from ledger.store.dvc import DvcPlace, Reproduction
from ledger.store.git import scrubbed
from ledger.store.ledger import Ledger


class Watcher(Protocol):
    """Hears of trials as they begin and end; it must return at once."""

    def started(self, spec: Spec, number: int, total: int) -> None:
        """The trial begins: the `number`-th of `total`."""

    def ended(self, kept: Kept, number: int, total: int) -> None:
        """The trial is recorded."""


class Executor(Protocol):
    """Runs trials. Each is recorded before it is handed on; their order is the executor's choice."""

    def run(self, specs: Sequence[Spec], watcher: Watcher) -> Iterator[Kept]:
        """The recorded trials, one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """What holds for all trials on one code state: the stages' environment, and its description for the record."""

    variables: Mapping[str, str]
    environment: Environment


class OneSlot:
    """Runs one trial at a time, in one slot with one warm worker."""

    def __init__(self, ledger: Ledger, experiment: Experiment, worker: Worker, slot: Slot) -> None:
        self._ledger = ledger
        self._plan = experiment.plan
        self._worker = worker
        self._slot = slot
        self._place: DvcPlace | None = None
        self._settings: dict[str, _Setting] = {}
        self._roots = [tree.path for tree in ledger.git.work_trees() if ledger.place.slots not in tree.path.parents]
        self._probe: environments.Probe | None = None

    def run(self, specs: Sequence[Spec], watcher: Watcher) -> Iterator[Kept]:
        """The recorded trials, one by one, in the order given."""
        for number, spec in enumerate(specs, 1):
            root = self._furnished(spec)
            setting = self._setting(spec.arm.code)
            watcher.started(spec, number, len(specs))
            ended = self._run(spec, root, setting)
            kept = keep(self._ledger, self._plan, spec, ended, setting.environment)
            watcher.ended(kept, number, len(specs))
            yield kept

    def _furnished(self, spec: Spec) -> Path:
        """The slot with the spec's code, parameters and data pointers in it; returns its DVC root."""
        code = spec.arm.code
        self._slot.prepare(code.commit, keep=code.data)
        root = self._slot.path / code.folder
        if self._place is None:
            mains = self._ledger.git.work_trees()[0].path / code.folder
            own = self._ledger.git.root / code.folder
            self._place = self._worker.describe(own if own.is_dir() else root, main_root=mains)
        self._worker.furnish(root, self._place)
        for path, text in spec.texts.items():
            (self._slot.path / path).write_text(text, "utf-8", newline="")
        for path in self._ledger.settings.copy:
            _copy(self._ledger.git.root / path, self._slot.path / path)
        return root

    def _setting(self, code: Code) -> _Setting:
        """The environment of the stages on this code; refuses one in which they would import the user's own tree."""
        if code.commit in self._settings:
            return self._settings[code.commit]
        variables = scrubbed_for_stages(os.environ)
        if self._probe is None:
            self._probe = environments.probe(variables, cwd=self._slot.path, roots=self._roots)
        editables = self._probe.editables
        twins = environments.twin_pythonpath(
            editables, roots=self._roots, slot=self._slot.path, inherited=variables.get("PYTHONPATH")
        )
        if twins:
            variables["PYTHONPATH"] = twins
            _refuse_misdirected(
                environments.check_imports(editables, variables, slot=self._slot.path, roots=self._roots)
            )
        setting = _Setting(variables=variables, environment=with_locks(self._ledger, self._probe.environment, code))
        self._settings[code.commit] = setting
        return setting

    def _run(self, spec: Spec, root: Path, setting: _Setting) -> Ended:
        log = self._ledger.place.log(spec.experiment, spec.id)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        started = datetime.now(UTC)
        done = self._worker.reproduce(
            root,
            targets=self._ledger.settings.targets,
            environment=setting.variables,
            force=spec.past_cache,
            log=log,
        )
        status, failure = _outcome(done, tail(log, start=0, hide=[self._slot.path]), self._slot.path)
        return Ended(root=self._slot.path, started=started, ran=done.ran, status=status, failure=failure)


def scrubbed_for_stages(environment: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment as the stages get it, without what ties git to a repository."""
    clean = scrubbed(environment)
    for key in ("GIT_TERMINAL_PROMPT", "LC_ALL", "GIT_OPTIONAL_LOCKS"):
        if key in environment:
            clean[key] = environment[key]
        else:
            clean.pop(key, None)
    # a directory that is a dependency would count the bytecode that Python leaves in it
    return clean | {"PYTHONDONTWRITEBYTECODE": "1", "DVC_NO_ANALYTICS": "1"}


def with_locks(ledger: Ledger, environment: Environment, code: Code) -> Environment:
    """The environment with the hashes of the lock files that the code holds."""
    locks = {}
    for path in LOCK_FILES:
        data = ledger.git.objects.blob(code.commit, path) if path in code.files else None
        if data is not None:
            locks[path] = hashlib.sha256(data).hexdigest()
    return dataclasses.replace(environment, locks=locks)


def _refuse_misdirected(misdirected: Sequence[environments.Misdirected]) -> None:
    """Refuse modules that the slot has too and that would still come from the user's tree.

    One that the slot's code does not have is no danger: that code cannot have imported it.
    """
    wrong = [m for m in misdirected if m.in_slot]
    if wrong:
        names = ", ".join(dict.fromkeys(m.module for m in wrong))
        raise LedgerError(
            f"the stages would import {names} from your work tree ({wrong[0].origin}) and not from the trial's own "
            "code: every variant would run the same code",
            hint="its editable install comes before PYTHONPATH; install it without -e, or in a mode that adds a path",
        )


def _outcome(done: Reproduction, printed: str, slot: Path) -> tuple[str, Failure | None]:
    if done.failed_stage is None:
        return trials.SUCCEEDED, None
    said = (done.message or "").replace(f"{slot}/", "")
    # a shell reports the signal that ended its command as 128 + n
    code = done.exit_code
    killed = code is not None and (code < 0 or code in (130, 134, 137, 139, 143))
    text = printed if code is not None else f"{printed}\n{said}".strip()
    return trials.KILLED if killed else trials.FAILED, Failure(
        stage=done.failed_stage, exit_code=code, tail=text or said
    )


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    else:
        raise LedgerError(
            f"ledger.yaml: `copy` names {source.name}, which is not there",
            hint=f"put it at {source}, or take it out of `copy`",
        )
