"""Moving a branch with the work trees that show it, DVC's outputs laid out where their locks change."""

from __future__ import annotations

from ledger.git import work_trees
from ledger.git.branch import Step, holders
from ledger.model.experiment import Experiment
from ledger.model.remarks import Remark
from ledger.repo.change import Change
from ledger.run.collect import advance_with_outputs
from ledger.run.worker import Worker


def advance_shown(change: Change, experiment: Experiment, step: Step) -> tuple[Remark, ...]:
    """Move the branch; returns what could not be laid out, or was kept. Raises Overlap, and then nothing has moved."""
    git = change.ledger.git
    shown = holders(work_trees.listed(git), step.ref)
    changed = git.changed_paths(step.old, step.new) if shown else ()
    if any(path.endswith(("dvc.lock", "dvc.yaml", ".dvc")) for path in changed):
        with Worker() as worker:
            return advance_with_outputs(change, experiment, step, worker, {})
    change.advance(step)
    return ()
