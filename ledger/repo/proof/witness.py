"""What a trial commit holds, read for the checks of `ledger verify`: objects and caches, nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.analysis.equality import same
from ledger.analysis.problems import Kind
from ledger.analysis.witness import NoMetrics, Witness
from ledger.dvc.store import Store
from ledger.errors import FormatError, LedgerError
from ledger.git.git import Git
from ledger.model.experiment import Experiment
from ledger.model.formats import metrics
from ledger.model.formats.lockfile import Pinned
from ledger.model.replicates import REPEAT
from ledger.model.trial import Trial
from ledger.repo.code import Code, edited
from ledger.repo.proof.contents import Contents
from ledger.repo.proof.trees import Tree, Trees, changes


class Witnesses:
    """Reads the trial commits of one ledger; fingerprints that several of them share are computed once."""

    def __init__(self, git: Git, trees: Trees, store: Store, contents: Contents) -> None:
        self._git = git
        self._trees = trees
        self._store = store
        self._contents = contents
        self._arms: dict[tuple[str, str, str], str] = {}

    def of(self, experiment: Experiment, trial: Trial, commit: str) -> Witness:
        """What the trial commit holds. Raises LedgerError where its code cannot be read here."""
        chosen: Tree | None = None
        fingerprint: str | None = None
        arms: set[str] = set()
        untold: str | None = None
        for tree in self._trees.trees(trial.code, commit, experiment.tip):
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
            data=_data(chosen, trial),
            fingerprint=fingerprint if trial.succeeded else None,
            arms=frozenset(arms),
            untold=untold,
        )

    def _fingerprints(self, experiment: Experiment, trial: Trial, tree: Tree) -> tuple[str, set[str]]:
        """The fingerprint that the commit's own files give, and those of the declared variant on its code."""
        axes = [axis for axis, _ in trial.point if axis != REPEAT]
        own = self._arm(tree, replace(tree.code, texts=tree.texts), {}, axes) if trial.succeeded else ""
        arms = set()
        plans = [self._trees.plan(trial.code, experiment.name), experiment.plan]
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
        for plan in (self._trees.plan(trial.code, experiment.name), experiment.plan):
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


def _data(tree: Tree, trial: Trial) -> dict[str, Pinned]:
    """The inputs that no stage makes and git does not hold, which a record names; files of submodules where it does."""
    pinned = {path: pin for stage in tree.locks.values() for path, pin in stage.dependencies.items()}
    found = {}
    for path in tree.pipeline.sources():
        if path in tree.code.files or tree.pipeline.gathers(path):
            continue
        if any(file.startswith(f"{path}/") for file in tree.code.files):
            continue
        if path not in trial.data and tree.code.submodule_of(path) is not None:
            continue
        pin = pinned.get(path) or tree.code.data.get(path)
        if pin is not None:
            found[path] = pin
    return found
