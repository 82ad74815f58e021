"""What a trial commit holds, read for the checks of `ledger verify`: objects and caches, nothing is run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ledger.analysis.equality import same
from ledger.analysis.problems import Kind
from ledger.analysis.witness import NoMetrics, OtherData, Witness
from ledger.dvc.store import Store
from ledger.errors import FormatError, LedgerError
from ledger.git.changed_files import changes
from ledger.git.git import Git
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats import metrics, trailers
from ledger.model.formats.lockfile import Pinned
from ledger.model.plan import Plan
from ledger.model.replicates import REPEAT, Value
from ledger.model.trial import Trial
from ledger.repo import histories, plan_history
from ledger.repo.code import Code, edited
from ledger.repo.datasets.datasets import DataSets
from ledger.repo.proof import other_data
from ledger.repo.proof.contents import Contents
from ledger.repo.proof.other_data import Planned
from ledger.repo.proof.trees import Tree, Trees


class Witnesses:
    """Reads the trial commits of one ledger; fingerprints that several of them share are computed once."""

    def __init__(self, git: Git, trees: Trees, store: Store, contents: Contents) -> None:
        self._git = git
        self._trees = trees
        self._store = store
        self._contents = contents
        self._arms: dict[tuple[str, str, str, str], str] = {}
        self._commits: dict[str, Mapping[str, str]] = {}
        self._plans: dict[str, Mapping[str, Plan]] = {}
        # nothing that this clone remembers is taken for proved
        self._datasets = DataSets(git, None, trees.ledger.store)

    def of(self, experiment: Experiment, trial: Trial, commit: str, source: Recorded | None) -> Witness:
        """What the trial commit holds. Raises LedgerError where its code cannot be read here.

        `source`: the trial of another experiment that it repeats.
        """
        chosen: Tree | None = None
        fingerprint: str | None = None
        arms: set[str] = set()
        untold: str | None = None
        planned = self._planned(experiment, trial, commit)
        # a trial of another experiment has the data that its arm there has
        ran = self._ran(source) or planned
        for tree in self._trees.trees(trial.code, commit, experiment.tip):
            try:
                computed, others = self._fingerprints(trial, tree, planned, ran)
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
            chosen = replace(chosen, locks={}, texts=self._written(trial, chosen, planned))
        if chosen.reader.settings.copy and untold is None:
            untold = "it depends on untracked files of this work tree (`copy` in ledger.yaml)"
        numbers = self._metrics(trial, chosen) if trial.succeeded else None
        return Witness(
            message=self._git.objects.message(commit),
            touched=tuple(changes(self._git.objects, trial.code, commit)),
            pipeline=chosen.pipeline,
            locks=chosen.locks,
            contents=self._contents.of(chosen) if trial.succeeded else {},
            parameters=self._trees.parameters(chosen),
            metrics=None if isinstance(numbers, NoMetrics) else numbers,
            no_metrics=numbers if isinstance(numbers, NoMetrics) else None,
            data=_data(chosen, trial, self._data_pins(trial, chosen, planned)),
            fingerprint=fingerprint if trial.succeeded else None,
            arms=frozenset(arms),
            untold=untold,
            other_data=self._other_data(chosen, trial, ran) if trial.succeeded else (),
            laid=other_data.laid(self._datasets, chosen, ran) if trial.succeeded else frozenset(),
        )

    def _planned(self, experiment: Experiment, trial: Trial, commit: str) -> list[Planned]:
        """What the plan of the trial's code, and the present one, say of its arm.

        What the plan that it ran under says comes first, where it gives the trial other data.
        """
        plans = [self._trees.plan(trial.code, experiment.name), experiment.plan]
        found = [None if plan is None else other_data.planned(plan, trial) for plan in plans]
        under = trailers.value(self._git.objects.message(commit), trailers.PLAN)
        others = {axis for axis, _ in trial.point} - {axis.name for axis in experiment.plan.replicates.axes}
        if under is not None and (others or any(one is not None and one.changes for one in found)):
            plan = self._versions(experiment).get(under)
            found.insert(0, None if plan is None else other_data.planned(plan, trial))
        return [one for one in found if one is not None and one.variant.experiment is None]

    def _ran(self, source: Recorded | None) -> list[Planned]:
        """The same of the trial that it repeats, none where that cannot be read here."""
        if source is None:
            return []
        ledger, name = self._trees.ledger, source.trial.experiment
        if name not in self._commits:
            self._commits[name] = histories.trial_commits(ledger, name)
        other, commit = ledger.find(name), source.commit or self._commits[name].get(source.trial.id)
        return [] if other is None or commit is None else self._planned(other, source.trial, commit)

    def _versions(self, experiment: Experiment) -> Mapping[str, Plan]:
        if experiment.name not in self._plans:
            self._plans[experiment.name] = plan_history.versions(self._trees.ledger, experiment)
        return self._plans[experiment.name]

    def _other_data(self, tree: Tree, trial: Trial, planned: Sequence[Planned]) -> tuple[OtherData, ...]:
        """What the trial has instead of its code's data, by the plan that gives it that, or else by the first."""
        found = [other_data.compared(self._datasets, tree, one, trial.point) for one in planned]
        return next(
            (each for each in found if not any(one.differs or one.refused for one in each)), found[0] if found else ()
        )

    def _fingerprints(
        self, trial: Trial, tree: Tree, planned: Sequence[Planned], ran: Sequence[Planned]
    ) -> tuple[str, set[str]]:
        """The fingerprint that the commit's own files give, and those of the declared variant on its code."""
        own, arms = "", set()
        if trial.succeeded:
            one = ran[0] if ran else None
            whole = None if one is None else other_data.code_of(self._datasets, tree.code, one)
            code = replace(other_data.as_committed(tree, whole, one), texts=tree.texts)
            own = self._arm(tree, code, {}, trial, {} if one is None else one.plan.replicates.samples)
        for one in planned:
            samples, params = one.plan.replicates.samples, one.variant.params
            code = other_data.code_of(self._datasets, tree.code, one)
            arms.add(self._arm(tree, code, params, trial, samples))
            fixed = one.plan.commit_of(one.variant)
            if trial.fingerprint not in arms and trial.reused is not None and fixed is not None:
                # another experiment's arm had by its parameters what this one's commit has by itself
                code = other_data.code_of(self._datasets, tree.reader.at(fixed), one)
                arms.add(self._arm(tree, code, params, trial, samples))
            if trial.fingerprint in arms:
                break
        return own, arms

    def _written(self, trial: Trial, tree: Tree, planned: Sequence[Planned]) -> Mapping[str, str]:
        """The parameter files as they were written for a trial that has left none."""
        for one in planned:
            try:
                changes_made = {tree.code.locate(name): value for name, value in one.variant.params.items()}
                axes = _parameters(trial, one.plan.replicates.samples)
                return edited(tree.code.texts, changes_made | {tree.code.locate(a): v for a, v in axes.items()})
            except LedgerError:
                continue
        return tree.texts

    def _data_pins(self, trial: Trial, tree: Tree, planned: Sequence[Planned]) -> Mapping[str, Pinned]:
        """What `.dvc` files pin for the trial: those of its commit; of one that failed, as they were written for it."""
        if trial.succeeded or not planned or not planned[0].changes:
            return tree.data
        try:
            return other_data.code_of(self._datasets, tree.code, planned[0], trial.point).data
        except LedgerError:
            # what the record says cannot be compared then
            return {**tree.data, **trial.data}

    def _arm(
        self, tree: Tree, code: Code, overrides: Mapping[str, Any], trial: Trial, samples: Mapping[str, float]
    ) -> str:
        axes = list(_parameters(trial, samples))
        key = (
            code.commit + repr(tree.reader.settings.targets),
            repr(sorted(code.texts.items())),
            repr((overrides, axes, samples)),
            repr((sorted((path, pin.md5) for path, pin in code.data.items()), sorted(code.laid.items()))),
        )
        if key not in self._arms:
            self._arms[key] = tree.reader.arm(code, overrides, axes, samples).fingerprint
        return self._arms[key]

    def _metrics(self, trial: Trial, tree: Tree) -> dict[str, float] | NoMetrics:
        """The numbers in the metrics files of the commit, or of the cache where git does not hold them."""
        made = {path: pin.md5 for stage in tree.locks.values() for path, pin in stage.outputs.items()}
        filtered = self._contents.filtered(tree, [path for path in tree.pipeline.metric_files() if path in tree.files])
        files: dict[str, dict[str, float]] = {}
        for path in tree.pipeline.metric_files():
            entry = tree.files.get(path)
            text = self._store.text_at(path, made) if entry is None else self._trees.text(entry)
            if text is None:
                lost = path in tree.code.files
                return NoMetrics(kind=Kind.METRICS_LOST if lost else Kind.METRICS_NOT_HERE, said=path)
            try:
                files[path] = metrics.parse(path, text)[0]
            except FormatError as error:
                if path in filtered:
                    return NoMetrics(kind=Kind.METRICS_FILTERED, said=path)
                return NoMetrics(kind=Kind.METRICS_UNREADABLE, said=str(error))
        found = metrics.merge(files)
        if filtered and not same(trial.metrics, found):
            return NoMetrics(kind=Kind.METRICS_FILTERED, said=min(filtered))
        return found


def _parameters(trial: Trial, samples: Collection[str]) -> dict[str, Value]:
    """The parameters that the trial's replicate sets, with their values."""
    return {axis: value for axis, value in trial.point if axis != REPEAT and axis not in samples}


def _data(tree: Tree, trial: Trial, data: Mapping[str, Pinned]) -> dict[str, Pinned]:
    """The inputs that no stage makes and git does not hold, which a record names; files of submodules where it does.

    `data` is what `.dvc` files pin for the trial.
    """
    pinned = {path: pin for stage in tree.locks.values() for path, pin in stage.dependencies.items()}
    found = {}
    for path in tree.pipeline.sources():
        if path in tree.code.files or tree.pipeline.gathers(path):
            continue
        if any(file.startswith(f"{path}/") for file in tree.code.files):
            continue
        if path not in trial.data and tree.code.submodule_of(path) is not None:
            continue
        pin = pinned.get(path) or data.get(path)
        if pin is not None:
            found[path] = pin
    return found
