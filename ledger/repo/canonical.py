"""What a commit shows of an arm: the parameters, lock and results of its canonical trial."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis import progress
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.model.experiment import Experiment, Recorded
from ledger.model.replicates import REPEAT, Point
from ledger.repo import state
from ledger.repo.code import Arm, edited
from ledger.repo.ledger import Ledger


def at_point(arm: Arm, point: Point) -> dict[str, str]:
    """The arm's parameter files with the values of a point written into them."""
    own = {axis: value for axis, value in point if axis != REPEAT and axis not in arm.samples}
    return edited(arm.texts, {arm.code.locate(axis): value for axis, value in own.items()})


def record_of(experiment: Experiment, variant: str, arm: Arm) -> Recorded | None:
    """The canonical trial of an arm at its present state, None where no trial has succeeded there."""
    return progress.canonical(experiment, {variant: arm.fingerprint}, variant)


def own_files(git: Git, arm: Arm, point: Point) -> dict[str, Entry | None]:
    """The parameter files that the arm writes at a point, and its data, where the branch has others."""
    files = arm.code.files
    return state.entries(git, arm.code) | {
        path: replace(files[path], oid=git.blob(text.encode()))
        for path, text in at_point(arm, point).items()
        if text != arm.code.texts[path]
    }


def shown(ledger: Ledger, experiment: Experiment, arm: Arm, record: Recorded, commit: str) -> dict[str, Entry | None]:
    """The files of the branch that change for it to show the trial which `commit` holds.

    Its results are taken as they are; of the parameter files only the replicate's values, with those of the arm. All
    else in them that a stage could notice is on the branch already, since the fingerprints agree, and what the user has
    done meanwhile stays.
    """
    git, files = ledger.git, arm.code.files
    changes = own_files(ledger.git, arm, record.trial.point)
    # a template may name results after the replicate
    pipelines = (arm.code.pipeline, ledger.code.resolve(arm.code, at_point(arm, record.trial.point)))
    held, before = git.objects.files(commit), git.objects.files(record.trial.code)
    # what DVC added to them, unless somebody else has changed them since
    ignores = {p for pipeline in pipelines for p in pipeline.ignore_files() if files.get(p) == before.get(p)}
    for path in git.changed_paths(experiment.tip, commit):
        if path in ignores or any(pipeline.is_result(path) for pipeline in pipelines):
            entry = held.get(path)
            changes[path] = entry
    return changes
