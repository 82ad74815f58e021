"""Land an experiment: collect its trials, build what main becomes, and move there with every work tree of main."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.landing import ADOPT, kind_of
from ledger.git import work_trees
from ledger.git.branch import Step, holders
from ledger.model.changes import Landed
from ledger.model.experiment import Experiment
from ledger.model.remarks import Remark
from ledger.repo.change import Change, transact
from ledger.repo.commit import require_text
from ledger.repo.landing.prepare import prepare
from ledger.repo.ledger import Ledger
from ledger.run.collect import advance_with_outputs, collect
from ledger.run.worker import Worker


def land(
    ledger: Ledger, experiment: Experiment, *, kind: str | None, message: str | None, arm: str | None = None
) -> Landed:
    """Land an experiment, as its verdict says where no `kind` is given; `arm`: the one whose change is adopted.

    Raises LedgerError: then nothing has moved.
    """
    ledger.git.identity()
    require_text(message)
    name = experiment.name
    kind_of(experiment, kind, arm)
    if ledger.snapshot.pending.get(name):
        with Worker() as worker:
            collect(ledger, name, worker)

    def make(change: Change) -> Landed:
        at = ledger.experiment(name)
        prepared = prepare(ledger, at, kind, message, arm)
        done = prepared.landed
        return replace(done, remarks=(*done.remarks, *_move(change, at, prepared.step, done.kind)))

    return transact(ledger, make)


def _move(change: Change, experiment: Experiment, step: Step, kind: str) -> tuple[Remark, ...]:
    """Outputs are laid out where a work tree of main would show others than its new locks say."""
    git = change.ledger.git
    changed = (
        git.changed_paths(step.old, step.new) if kind == ADOPT and holders(work_trees.listed(git), step.ref) else ()
    )
    if any(path.endswith(("dvc.lock", "dvc.yaml", ".dvc")) for path in changed):
        with Worker() as worker:
            return advance_with_outputs(change, experiment, step, worker, {})
    change.advance(step)
    return ()
