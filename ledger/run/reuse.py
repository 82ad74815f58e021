"""Reuse: a baseline that another experiment has trained already is not trained again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ledger.errors import LedgerError
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.parameters import identical
from ledger.model.pipeline import inside
from ledger.model.trial import Trial
from ledger.repo import histories, plan_order, unseen
from ledger.repo.ledger import Ledger
from ledger.run import copied
from ledger.run.spec import Spec
from ledger.run.trial_commit import Kept, commit_trial, record_files


def reusable(experiment: Experiment, spec: Spec) -> bool:
    """Whether another experiment may have run this trial: that of an arm at one commit or with data of its own, which
    is no repeat.
    """
    variant = experiment.plan.variant(spec.variant)
    return variant is not None and (variant.at is not None or bool(variant.data)) and not spec.past_cache


def reuse(ledger: Ledger, experiment: Experiment, spec: Spec, copies: copied.Held) -> Kept | None:
    """Record another experiment's trial as this one, None where none is the same.

    Only for an arm at one commit, or with data of its own: the same fingerprint at the same replicate, with its state
    still here, and no file that differs without any stage noticing, the `copies` that `ledger.yaml` lists among them.
    The trial commit's parent is the code that ran, as always.
    """
    if not reusable(experiment, spec):
        return None
    order = plan_order.PlanOrder(ledger, experiment)
    for name, record in _same(ledger, spec):
        if not _follows(ledger, experiment, spec, record.trial.code):
            continue
        if spec.variant in experiment.plan.predicted and record.trial.started <= order.written(record):
            # a prediction about results that are known already is none
            continue
        commit = histories.trial_commits(ledger, name).get(record.trial.id) or record.commit
        if commit is None or not _alike(ledger, spec, record.trial):
            continue
        if not copied.is_known_alike(ledger.state_dir, name, copies):
            continue
        found = replace(
            record.trial,
            experiment=spec.experiment,
            variant=spec.variant,
            point=spec.point,
            attempt=spec.attempt,
            reused=record.trial.reused or f"{name}/{record.trial.id}",
            asked=spec.asked,
        )
        environment = ledger.git.objects.text(commit, f"{directory(name)}/environments/{record.trial.environment}.yaml")
        if environment is None:
            continue
        written = _results(ledger.git, commit, found.code, name) | record_files(ledger.git, found, environment)
        kept = commit_trial(ledger, experiment.plan, found, ledger.git.tree(found.code, written))
        return Kept(trial=found, commit=kept, warnings=())
    return None


def _follows(ledger: Ledger, experiment: Experiment, spec: Spec, code: str) -> bool:
    """Whether the arm is at one commit, or the code that ran gives it the same data: the branch's tip moves, and from
    that code alone it could not be proved later.
    """
    plan, variant = experiment.plan, experiment.plan.variant(spec.variant)
    if variant is None or variant.at is not None:
        return True
    axes, samples = plan.replicates.parameters, plan.replicates.samples
    try:
        own = ledger.datasets.applied(ledger.code.at(code), variant.data, plan.groups, base=plan.base)
        return ledger.code.arm(own, variant.params, axes, samples).fingerprint == spec.arm.fingerprint
    except LedgerError:
        return False


def _same(ledger: Ledger, spec: Spec) -> Iterator[tuple[str, Recorded]]:
    """Succeeded trials of other experiments at the spec's fingerprint and point, with the experiment's name."""
    for name, trial, point in ledger.index.at_fingerprint(spec.arm.fingerprint):
        if name == spec.experiment or not identical(point, dict(spec.point)):
            continue
        experiment = ledger.find(name)
        if experiment is not None:
            yield from ((name, record) for record in experiment.trials if record.trial.id == trial and record.valid)


def _alike(ledger: Ledger, spec: Spec, other: Trial) -> bool:
    """Whether nothing differs between the two codes that no stage would notice."""
    code = spec.arm.code
    if ledger.git.commit(other.code) is None:
        return False
    return not unseen.undeclared(ledger, code, since=other.code)


def _results(git: Git, commit: str, code: str, experiment: str) -> dict[str, Entry | None]:
    """What the trial wrote for git, None where it removed a file: all that its commit changes but for the record."""
    files = git.objects.files(commit)
    paths = [path for path in git.changed_paths(code, commit) if not inside(path, directory(experiment))]
    return {p: files.get(p) for p in paths}
