"""What an experiment says of a trial that is to be promoted, and which trial is meant where an arm is named."""

from __future__ import annotations

from ledger.analysis import counting, promotable
from ledger.analysis.counting import When
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.listing import listed
from ledger.model.promoting import Objection
from ledger.repo import histories
from ledger.repo.change import require_collected
from ledger.repo.ledger import Ledger
from ledger.repo.standings import standing
from ledger.repo.targets import Target


def trial_of(ledger: Ledger, target: Target) -> Recorded:
    """The trial that is named, of an arm its first declared replicate that counts: never the one that scored best.

    Raises LedgerError where none has a result, or is on the branch.
    """
    experiment, arm = target.experiment, target.variant
    assert experiment is not None
    variant = experiment.plan.variant(arm)
    if variant is not None and variant.filled_by is not None:
        raise LedgerError(
            f"{experiment.name}:{arm} is filled by {variant.filled_by}", hint=f"promote that: {variant.filled_by}"
        )
    require_collected(ledger.snapshot, experiment.name)
    record = target.trial
    if record is None:
        counted = _counted(ledger, experiment, arm)
        if not counted:
            raise LedgerError(
                f"{experiment.name}:{arm} has no trial with a result", hint=f"ledger status {experiment.name}"
            )
        return counted[0]
    if not record.trial.succeeded:
        have = listed((r.trial.id for r in experiment.of(arm) if r.valid), 6) or "none of its arm"
        raise LedgerError(
            f"{experiment.name}:{record.trial.id} {record.trial.status}, so it has no checkpoint",
            hint=f"trials with a result: {have}",
        )
    return record


def _counted(ledger: Ledger, experiment: Experiment, arm: str) -> tuple[Recorded, ...]:
    present = ledger.present(experiment).get(arm)
    return counting.counted(experiment, arm, When.JUDGED, present=present)


def objections(ledger: Ledger, experiment: Experiment, record: Recorded) -> tuple[Objection, ...]:
    """Why the trial should not be promoted, as of now."""
    counts = any(one.path == record.path for one in _counted(ledger, experiment, record.trial.variant))
    return promotable.objections(experiment, record, standing(ledger, experiment), counts=counts)


def confirmed_by(ledger: Ledger, experiment: Experiment, record: Recorded) -> tuple[str, ...]:
    """The experiments that have confirmed the trial's arm."""
    return promotable.confirmed_by(standing(ledger, experiment), record.trial.variant)


def commit_of(ledger: Ledger, experiment: Experiment, record: Recorded) -> str:
    """The trial's commit: the code that ran with the lock of what it made. Raises LedgerError where it is not here."""
    found = histories.trial_commits(ledger, experiment.name).get(record.trial.id)
    if found is None:
        raise LedgerError(
            f"no tag in this clone holds the trial commit of {experiment.name}:{record.trial.id}",
            hint=f"ledger pull {experiment.name}",
        )
    return found
