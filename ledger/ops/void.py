"""Voiding a trial openly: a commit on the experiment's branch says who, when and why; the record stays as it is."""

from __future__ import annotations

from datetime import datetime

from ledger.errors import LedgerError
from ledger.git.trees import Changes
from ledger.model import void as voids
from ledger.model.changes import Voided
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats import trailers
from ledger.model.trial import Trial
from ledger.model.void import Void
from ledger.repo.change import Change, transact
from ledger.repo.ledger import Ledger


def void(ledger: Ledger, experiment: Experiment, trial: Recorded, *, why: str, now: datetime) -> Voided:
    """Void a trial. Raises LedgerError where it has no result on a branch here; nothing has changed then."""
    author = ledger.git.identity().rsplit(" <", 1)[0]
    if not why.strip():
        raise LedgerError("say why the trial does not count", hint='ledger void … -m "the disk was full"')
    if not trial.trial.succeeded:
        raise LedgerError(
            f"{experiment.name}:{trial.trial.id} {trial.trial.status}: it has no result to void",
            hint=f"ledger run {experiment.name} --again tries it again",
        )

    def make(change: Change) -> Voided:
        at, record = _found(change, experiment, trial)
        if record.void is not None:
            return _done(at, record.trial, None, why=record.void.why)
        said = Void(by=author, when=now, why=why.strip())
        files = {voids.path_of(record.path): change.file(voids.dumps(said))}
        commit = _commit(change, at, record, files, "void", why)
        return _done(at, record.trial, commit, why=said.why)

    return transact(ledger, make)


def undo(ledger: Ledger, experiment: Experiment, trial: Recorded, *, why: str) -> Voided:
    """Let a voided trial count again. Raises LedgerError where it is not voided."""
    ledger.git.identity()

    def make(change: Change) -> Voided:
        at, record = _found(change, experiment, trial)
        if record.void is None:
            raise LedgerError(f"{at.name}:{record.trial.id} is not voided", hint=f"ledger show {at.name}")
        commit = _commit(change, at, record, {voids.path_of(record.path): None}, "void --undo", why)
        return _done(at, record.trial, commit, why=why, counts=True)

    return transact(ledger, make)


def _found(change: Change, experiment: Experiment, trial: Recorded) -> tuple[Experiment, Recorded]:
    at = change.experiment(experiment.name)
    record = next((r for r in at.trials if r.path == trial.path), None)
    if record is None or not record.collected:
        raise LedgerError(
            f"{at.name}:{trial.trial.id} is not on the branch yet", hint=f"ledger run {at.name} collects it"
        )
    return at, record


def _commit(change: Change, at: Experiment, record: Recorded, files: Changes, what: str, why: str) -> str:
    told = [(trailers.EXPERIMENT, at.name), (trailers.VOID, record.trial.id)]
    return change.write(at, files, trailers.compose(f"{what}: {record.trial.id}", why, trailers=told))


def _done(at: Experiment, trial: Trial, commit: str | None, *, why: str, counts: bool = False) -> Voided:
    concluded = at.verdict is not None
    return Voided(experiment=at.name, trial=trial.id, counts=counts, commit=commit, why=why, concluded=concluded)
