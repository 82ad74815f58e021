"""What is new in an experiment: its state before compared with its state after."""

from __future__ import annotations

from collections import Counter

from ledger.model import hypothesis as hypotheses
from ledger.model.experiment import Experiment, Recorded
from ledger.model.sharing import News


def news(before: Experiment | None, after: Experiment) -> News:
    """What `after` has that `before` did not have, which is None where the experiment was not there."""
    known = set() if before is None else {_identity(record) for record in before.trials}
    fresh = [record for record in after.trials if _identity(record) not in known]
    counted = set() if before is None else {_identity(record) for record in before.trials if record.void is None}
    voided = sum(record.void is not None and _identity(record) in counted for record in after.trials)
    stored = None if before is None else before.verdict
    changed = [] if before is None else hypotheses.changed_keys(*map(hypotheses.to_mapping, (before.plan, after.plan)))
    return News(
        new=before is None,
        title=after.plan.title,
        trials=Counter(record.trial.variant for record in fresh),
        voided=voided,
        notes=len(_notes(after) - _notes(before)),
        outcome=None if after.verdict is None or after.verdict == stored else after.outcome,
        amended=tuple(changed),
    )


def _identity(record: Recorded) -> tuple[object, ...]:
    """What a trial is, whichever attempt it became where two people ran the same point."""
    trial = record.trial
    return trial.variant, trial.point, trial.started, trial.fingerprint, trial.code, trial.status


def _notes(experiment: Experiment | None) -> set[str]:
    return set() if experiment is None else set(f"\n{experiment.notes}".split("\n## ")[1:])
