"""What is new in an experiment: its state before compared with its state after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from ledger.model import hypothesis as hypotheses
from ledger.model.experiment import Experiment, Recorded
from ledger.model.sharing import News


def news(before: Experiment | None, after: Experiment, renamed: Mapping[str, str] = MappingProxyType({})) -> News:
    """What `after` has that `before` did not have, which is None where the experiment was not there.

    `renamed`: the trials that have another name there, by the ids that they had, since both sides ran them.
    """
    then = {} if before is None else {renamed.get(each.trial.id, each.trial.id): each for each in before.trials}
    known = {record.trial.id for record in after.trials if _is_known(record, then.get(record.trial.id))}
    fresh = [record for record in after.trials if record.trial.id not in known]
    voided = sum(
        record.void is not None and then[record.trial.id].void is None
        for record in after.trials
        if record.trial.id in known
    )
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


def _is_known(record: Recorded, then: Recorded | None) -> bool:
    """Whether a trial is the one that had its name: another side may have given this to its own."""
    return then is not None and _what(record) == _what(then)


def _what(record: Recorded) -> tuple[object, ...]:
    trial = record.trial
    return trial.started, trial.seconds, trial.fingerprint, trial.code, trial.status


def _notes(experiment: Experiment | None) -> set[str]:
    return set() if experiment is None else set(f"\n{experiment.notes}".split("\n## ")[1:])
