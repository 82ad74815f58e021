"""`ledger record`: keep what `dvc repro` made in the work tree as a trial, the same kind as `ledger run` makes."""

from __future__ import annotations

from ledger.git.branch import Overlap
from ledger.model.changes import RecordedByHand
from ledger.repo.commit import require_text
from ledger.repo.ledger import Ledger
from ledger.repo.trust.links import require_plain
from ledger.run import belonging, by_hand
from ledger.run.by_hand_arm import identified, own_parameters, require_arms
from ledger.run.collect import collect
from ledger.run.worker import Worker


def record(ledger: Ledger, *, message: str | None, variant: str | None) -> RecordedByHand:
    """Record the present results of the work tree on the experiment that is checked out.

    Which arm and which replicate they are follows from the parameters. Raises LedgerError where the lock does not
    agree with the files, and then nothing has changed.
    """
    ledger.git.identity()
    require_text(message)
    with Worker() as worker:
        done = by_hand.collect_left(ledger, worker)
        if done is not None:
            return done
        experiment = ledger.current()
        require_arms(experiment)
        require_plain(ledger, experiment.tip, made_of=[experiment.tip])
        here = ledger.code.at(by_hand.work_tree(ledger, experiment))
        persisting = belonging.require_own(ledger, experiment, here, worker)
        arm, name, code = identified(ledger, experiment, here, message, variant)
        # with the commit that the change became
        experiment = ledger.current()
        kept = by_hand.recorded(ledger, experiment, here, name, arm)
        replaceable = {ledger.git.root: by_hand.held_by(ledger, kept.commit)}
        try:
            collected, reason = collect(ledger, experiment.name, worker, recorded=replaceable), None
        except Overlap as overlap:
            collected, reason = None, overlap.message
    back = by_hand.set_back(ledger, here, own_parameters(experiment.plan, name))
    return RecordedByHand(
        plan=experiment.plan,
        trial=kept.trial,
        code=code,
        tag=None if collected is None else collected.tag,
        uncollected=reason,
        warnings=(*kept.warnings, *persisting, *back, *(() if collected is None else collected.remarks)),
    )
