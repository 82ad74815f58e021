"""A station: one slot with its warm worker, which runs one trial at a time, from a commit to a record."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from ledger.dvc.commands import Terms
from ledger.dvc.repro import Event, ReproRequest
from ledger.dvc.store import Store
from ledger.dvc.work_tree_config import DvcConfig
from ledger.errors import LedgerError
from ledger.git.process import GitError
from ledger.machine.environment import Probe
from ledger.machine.processes import MARK
from ledger.model import trial as trials
from ledger.model.experiment import Experiment
from ledger.model.formats.paramfiles import parse
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.parameters import flatten
from ledger.model.plan import Plan
from ledger.model.trial import Failure
from ledger.repo import borrowed, state, submodules
from ledger.repo.ledger import Ledger
from ledger.run.logs import ROOM, hidden, shorten, tail
from ledger.run.outcome import outcome, untracked
from ledger.run.pinned import forget_dropped
from ledger.run.record import Ended, cached_outputs, pipeline_of
from ledger.run.restored import kept_for_equal, outdated
from ledger.run.slots import Slot
from ledger.run.spec import Spec
from ledger.run.stage_environment import StageEnvironment, prepared
from ledger.run.strangers import require_spec
from ledger.run.trial_commit import Kept, keep
from ledger.run.worker import Worker


@frozen
class RunContext:
    """What the stations of one run share. `roots` are the user's work trees; `timeout` is in seconds a trial."""

    ledger: Ledger
    experiment: Experiment
    dvc: DvcConfig
    probe: Probe
    variables: Mapping[str, str]
    roots: Sequence[Path]
    timeout: float | None = None

    @property
    def plan(self) -> Plan:
        """What the experiment declares."""
        return self.experiment.plan


@dataclass(slots=True, kw_only=True)
class Station:
    """One slot and its worker. `variables` are the slot's own, such as the GPUs that it may use."""

    context: RunContext
    slot: Slot
    worker: Worker
    variables: Mapping[str, str] = field(default_factory=dict)
    _environments: dict[str, StageEnvironment] = field(default_factory=dict)

    def prepare(self, spec: Spec) -> StageEnvironment:
        """Bring the slot to the spec's code, parameters, data pointers and borrowed inputs."""
        ledger, code = self.context.ledger, spec.arm.code
        require_spec(ledger, self.context.experiment, spec)
        copied = ledger.settings.copy
        self.slot.prepare(code.commit, keep=[*code.data, *copied, *spec.arm.linked])
        self._lay_out_data(spec)
        held = submodules.here(ledger.git, code)
        self.slot.lay_out(held)
        self.worker.configure(self.slot.path / code.folder, self.context.dvc)
        for path, text in spec.texts.items():
            (self.slot.path / path).write_text(text, "utf-8", newline="")
        borrowed.lend(
            ledger.git.root, self.slot.path, copied=copied, linked=spec.arm.linked, but=[one.path for one in held]
        )
        for path, digest in spec.arm.borrowed.items():
            if borrowed.content(ledger.git.root / path, ledger.state_dir.contents) != digest:
                # its trials would pass for replicates of those that ran before
                raise LedgerError(f"{path} has changed since the run was planned", hint="start ledger run again")
        if code.commit not in self._environments:
            context = self.context
            own = {**context.variables, **self.variables, MARK: str(self.slot.path)}
            self._environments[code.commit] = prepared(
                ledger.git, code, context.probe, own, roots=context.roots, slot=self.slot.path
            )
        return self._environments[code.commit]

    def _lay_out_data(self, spec: Spec) -> None:
        """Give the slot the arm's pointers and files of git's, and DVC's cache the lists of files that they name."""
        ledger, plan = self.context.ledger, self.context.plan
        tree = state.tree(ledger.git, spec.arm.code)
        if tree != spec.arm.code.commit:
            self.slot.lay(tree)
        if spec.data:
            code = ledger.code.at(spec.arm.code.commit)
            ledger.datasets.lay_out(code, spec.data, plan.groups, base=plan.base, cache=self.context.dvc.cache)

    def reproduce(
        self,
        spec: Spec,
        setting: StageEnvironment,
        *,
        force: bool,
        aside: bool = False,
        log: Path,
        tell: Callable[[Event], None],
    ) -> Ended:
        """Run the pipeline in the prepared slot; whatever it does wrong is a result. It prints to `log`.

        `force`: past the run cache; `aside`: it leaves nothing there either.
        """
        ledger, slot = self.context.ledger, self.slot.path
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        lent = self._stamps(spec)
        started = datetime.now(UTC)
        done = self.worker.reproduce(
            ReproRequest(
                root=slot / spec.arm.code.folder,
                top=slot,
                targets=ledger.settings.targets,
                terms=Terms(environment=setting.variables, timeout=self.context.timeout),
                force=force,
                aside=aside,
                code=spec.arm.code.commit,
                locks=ledger.state_dir.stages,
                kept=ledger.state_dir.timings,
                twins=[root / spec.arm.code.folder for root in self.context.roots],
            ),
            log=log,
            tell=tell,
        )
        own = [slot, *self.context.roots, self.context.dvc.cache]
        printed = tail(log, start=0, hide=own)
        full = shutil.disk_usage(slot).free < ROOM
        status, failure = outcome(done, printed, hidden(done.message or "", own), self.context.timeout, full=full)
        if failure is None:
            failure = self._changed_inputs(spec, lent, printed)
            status = trials.SUCCEEDED if failure is None else trials.FAILED
        else:
            folders = [stage.wdir for stage in spec.arm.code.pipeline.stages]
            found = untracked(failure.tail, folders, root=ledger.git.root, slot=slot)
            failure = failure if found is None else replace(failure, hint=found)
        return Ended(
            root=slot,
            started=started,
            ran=done.ran,
            status=status,
            failure=failure,
            printed=printed,
            left_behind=done.left_behind,
        )

    def run(self, spec: Spec, tell: Callable[[Event], None], *, log: Path, stopping: Callable[[], bool]) -> Kept | None:
        """The recorded trial; from then on it cannot be lost. None for one that was cut off because the run ends."""
        setting = self.prepare(spec)
        forget_dropped(self.slot.path, pipeline_of(self.context.ledger, spec))
        # DVC would lay out the results of 1 for 1.0
        force = spec.past_cache or kept_for_equal(self.context.ledger, spec, self.slot.path)
        ended = self.reproduce(spec, setting, force=force, log=log, tell=tell)
        if outdated(self.context.ledger, spec, ended):
            ended = self.reproduce(spec, self.prepare(spec), force=True, log=log, tell=tell)
        if ended.failure is not None:
            if stopping():
                return None
            # it may have filled the disk, and its record needs a little of that
            self.slot.clear()
            shorten(log)
        elif any(map(Store(lambda: [self.context.dvc.cache]).lacks, cached_outputs(self.context.ledger, spec, ended))):
            # `dvc gc` knows nothing of trials that are under way: what it took is still in the slot
            self.worker.commit(self.slot.path / spec.arm.code.folder, targets=self.context.ledger.settings.targets)
        return keep(self.context.ledger, self.context.plan, spec, ended, setting.environment)

    # --- what a trial must not do

    def _stamps(self, spec: Spec) -> dict[str, str]:
        """What the file system says of the borrowed inputs, by path."""
        names = (*self.context.ledger.settings.copy, *spec.arm.linked)
        stamps = {name: borrowed.stamp(self.slot.path / name) for name in names}
        return {name: stamp[0] for name, stamp in stamps.items() if stamp is not None}

    def _changed_inputs(self, spec: Spec, lent: Mapping[str, str], printed: str) -> Failure | None:
        """The failure of a trial whose stages have changed what it is recorded to have run on."""
        pipeline, settings = spec.arm.code.pipeline, self.context.ledger.settings

        def is_input(path: str) -> bool:
            return (
                path in spec.arm.code.files
                and path not in spec.texts
                and not pipeline.is_result(path)
                and path not in pipeline.ignore_files()
                and (pipeline.reads(path) or not settings.ignores(path))
            )

        try:
            own = self.slot.changed(state.tree(self.context.ledger.git, spec.arm.code), is_input)
            inner = self.slot.changed_in(submodules.here(self.context.ledger.git, spec.arm.code))
        except GitError as error:
            said = error.stderr.strip().splitlines() or [str(error)]
            return Failure(
                stage=None, exit_code=None, tail=printed, reason=f"a stage damaged the work tree it ran in: {said[0]}"
            )
        own += [
            path for path, text in spec.texts.items() if not pipeline.is_result(path) and not self._keeps(path, text)
        ]
        stale = [path for path in pipeline.variables if path in spec.texts and pipeline.makes(path)]
        stale = [path for path in stale if not self._keeps(path, spec.texts[path], mend=False)]
        if stale:
            return Failure(
                stage=None,
                exit_code=None,
                tail=printed,
                reason=f"{stale[0]} got other values after DVC had filled in commands from it (`vars`)",
                hint="let the script read the file; or dvc repro the stage that writes it, and commit the file, before "
                "ledger run",
            )
        own += [path for path in inner if not pipeline.is_result(path) and not settings.ignores(path)]
        now = self._stamps(spec)
        own += [name for name, stamp in lent.items() if now.get(name) != stamp and self._is_input(spec, name)]
        if not own:
            return None
        return Failure(
            stage=pipeline.stages[0].name if len(pipeline.stages) == 1 else None,
            exit_code=None,
            tail=printed,
            reason=f"{listed(own, 3)} changed while the trial ran, though recorded as its input",
            hint="declare what a stage writes as its outputs in dvc.yaml; what has no effect goes under `ignore` in "
            "ledger.yaml",
        )

    def _keeps(self, path: str, text: str, *, mend: bool = True) -> bool:
        """Whether a parameter file still has the values that the trial is to run with; with `mend` one that was only
        written anew is given back its own text."""
        file = self.slot.path / path
        try:
            found = file.read_bytes().decode("utf-8")
            if found == text:
                return True
            now, before = flatten(parse(path, found)), flatten(parse(path, text))
            # 1, 1.0 and true are three values
            if now.keys() != before.keys() or any(repr(now[key]) != repr(value) for key, value in before.items()):
                return False
            if mend:
                file.write_text(text, "utf-8", newline="")
        except (OSError, UnicodeDecodeError, LedgerError):
            return False
        return True

    @staticmethod
    def _is_input(spec: Spec, name: str) -> bool:
        sources = spec.arm.code.pipeline.sources()
        return any(source == name or source.startswith(f"{name.rstrip('/')}/") for source in sources)
