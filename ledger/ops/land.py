"""Land an experiment: collect its trials, build what main becomes, and move there with every work tree of main."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.landing import kind_of
from ledger.model.changes import Landed
from ledger.model.experiment import Experiment
from ledger.repo.change import Change, transact
from ledger.repo.commit import require_text
from ledger.repo.landing.prepare import prepare
from ledger.repo.ledger import Ledger
from ledger.run.moving import advance_shown
from ledger.run.waiting import collect_waiting


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
    collect_waiting(ledger, [name])

    def make(change: Change) -> Landed:
        at = ledger.experiment(name)
        prepared = prepare(ledger, at, kind, message, arm)
        done, step = prepared.landed, prepared.step
        return replace(done, remarks=(*done.remarks, *advance_shown(change, at, step, made_of=[step.old, at.tip])))

    return transact(ledger, make)
