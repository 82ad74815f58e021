"""Moving a branch with the work trees that show it, DVC's outputs laid out where their locks change."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.git import work_trees
from ledger.git.branch import Step, holders
from ledger.model.experiment import Experiment
from ledger.model.remarks import Remark
from ledger.repo.change import Change
from ledger.run.collect import advance_with_outputs
from ledger.run.worker import Worker


def advance_shown(change: Change, experiment: Experiment, step: Step, *, made_of: Sequence[str]) -> tuple[Remark, ...]:
    """Move the branch to a commit that is `made_of` others; returns what could not be checked out, or was kept.

    Raises Overlap, or LedgerError where DVC would write through a stranger's link; then nothing has moved.
    """
    git = change.ledger.git
    shown = holders(work_trees.listed(git), step.ref)
    changed = git.changed_paths(step.old, step.new) if shown else ()
    if any(path.endswith(("dvc.lock", "dvc.yaml", ".dvc")) for path in changed):
        with Worker() as worker:
            return advance_with_outputs(change, experiment, step, worker, {}, made_of=made_of)
    change.advance(step)
    return ()
