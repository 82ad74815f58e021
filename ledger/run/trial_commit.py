"""The trial commit: a finished trial's record, with what the pipeline wrote for git, held by a ref of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git import plain_files, refs
from ledger.git.entries import Entry, plain_file
from ledger.git.git import Git
from ledger.git.refs import RefChange
from ledger.model import environment as environments
from ledger.model import hypothesis as hypotheses
from ledger.model import replicates, trial_file
from ledger.model import trial as trials
from ledger.model.environment import Environment
from ledger.model.experiment import directory
from ledger.model.formats import trailers, yaml12
from ledger.model.frozen import frozen
from ledger.model.pipeline import Pipeline
from ledger.model.plan import Plan
from ledger.model.remarks import Remark
from ledger.model.settings import Settings
from ledger.model.trial import Trial
from ledger.repo import state
from ledger.repo.experiments import HOLDING_REFS, TRIAL_REFS
from ledger.repo.ledger import Ledger
from ledger.report.numbers import headline, number
from ledger.run.record import Ended, made, pipeline_of
from ledger.run.spec import Spec


@frozen
class Kept:
    """A recorded trial with its trial commit, and what the run should say about it."""

    trial: Trial
    commit: str
    warnings: tuple[Remark, ...]


def keep(ledger: Ledger, plan: Plan, spec: Spec, ended: Ended, environment: Environment) -> Kept:
    """Commit one trial under `refs/ledger/trials/`; from then on it cannot be lost."""
    pipeline = pipeline_of(ledger, spec)
    trial, warnings = made(ledger, spec, ended, environment)
    files = record_files(ledger.git, trial, yaml12.dumps(environments.to_mapping(environment)))
    if trial.succeeded:
        tree = results_tree(
            ledger, ended.root, trial.code, pipeline, spec.texts, state.entries(ledger.git, spec.arm.code) | files
        )
    else:
        # a failed trial adds its record alone
        tree = ledger.git.tree(trial.code, files)
    commit = commit_trial(ledger, plan, trial, tree)
    return Kept(trial=trial, commit=commit, warnings=warnings)


def record_files(git: Git, trial: Trial, environment: str) -> dict[str, Entry]:
    """A trial's files by path, as a tree holds them: its record, and the text of the environment that it names."""
    folder = directory(trial.experiment)
    blob = _written(git, environment)
    if git.objects.read(blob) is None:
        # gone since an earlier run of this process, with all that named it
        git.blob(environment.encode())
    return {
        trials.record_path(folder, trial): plain_file(git.blob(trial_file.dumps(trial).encode())),
        f"{folder}/environments/{trial.environment}.yaml": plain_file(blob),
    }


@lru_cache(maxsize=16)
def _written(git: Git, environment: str) -> str:
    """The blob of an environment, which is the same for hundreds of trials."""
    return git.blob(environment.encode())


def commit_trial(ledger: Ledger, plan: Plan, trial: Trial, tree: str) -> str:
    """The trial commit, held by the trial's ref.

    Where another run has recorded this trial meanwhile its commit is returned: the first record of a trial counts.
    """
    git = ledger.git
    commit = git.commit_tree(tree, [trial.code], _message(ledger.settings, plan, trial), sign=False)
    ref, holding = (f"{where}/{trial.experiment}/{trial.id}" for where in (TRIAL_REFS, HOLDING_REFS))
    left: str | None = None
    for _ in range(20):
        held = RefChange(ref=holding, old=left, new=commit)
        if refs.move(git, [RefChange(ref=ref, old=None, new=commit), held], f"ledger: trial {trial.id}"):
            return commit
        other = git.commit(ref)
        if other is not None:
            return other
        # git could not make the refs, and the first is not there: that of another trial was going away beside it, or
        # somebody has taken away the one alone
        left = git.refs(holding).get(holding)
    raise LedgerError(f"git refuses to create the ref {ref}", hint="try again; git fsck checks the repository")


def results_tree(
    ledger: Ledger,
    root: Path,
    code: str,
    pipeline: Pipeline,
    texts: Mapping[str, str],
    record: Mapping[str, Entry | None],
) -> str:
    """The code's tree with the record, and with what the pipeline wrote for git as the work tree `root` holds it.

    `record` has the entries of the arm's data too, where these are others than the code's.

    That is the parameter files, locks, metrics and plots. What git ignores stays out, and what the pipeline has removed
    is removed. DVC keeps its outputs out of git by `.gitignore` files beside them, so these belong to the results too.
    """
    listed = [f":(literal){path}" for path in (*pipeline.results(), *pipeline.ignore_files(), *texts)]
    out = ledger.git.run("ls-files", "-z", "-c", "-o", "--exclude-standard", "--", *listed, cwd=root)
    paths = [os.fsdecode(path) for path in out.split(b"\0") if path]
    files = plain_files.added(ledger.git, root, paths, ledger.code.at(code).files)
    if files is None:
        return ledger.git.tree_of_files(code, paths, root=root, entries=record)
    return ledger.git.tree(code, {**files, **record})


def _message(settings: Settings, plan: Plan, trial: Trial) -> str:
    told = [
        (trailers.EXPERIMENT, trial.experiment),
        (trailers.TRIAL, trial.id),
        (trailers.VARIANT, trial.variant),
        *((trailers.REPLICATE, f"{axis}={value}") for axis, value in trial.point),
        (trailers.STATUS, trial.status),
        (trailers.PLAN, hypotheses.digest(plan)),
        *((trailers.METRIC, f"{name}={value!r}") for name, value in trial.metrics.items()),
    ]
    return trailers.compose(f"trial: {described(settings, plan, trial)}", trailers=told)


def described(settings: Settings, plan: Plan, trial: Trial) -> str:
    """`treatment seed=2, dice 0.609`, or what went wrong."""
    name = " ".join(part for part in (trial.variant, replicates.label(trial.point)) if part)
    if trial.attempt > 1:
        name += f" (attempt {trial.attempt})"
    if trial.error is not None:
        stage = f" in {trial.error.stage}" if trial.error.stage else ""
        ending = f" ({trial.error.ending})" if trial.error.ending else ""
        return f"{name}, {trial.status}{stage}{ending}"
    metrics = settings.aliases.read(trial.metrics)
    metric = headline(plan, settings, metrics)
    return name if metric is None else f"{name}, {metric} {number(metrics[metric], settings.precision(metric))}"
