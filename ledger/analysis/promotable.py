"""Is a trial's checkpoint one that its experiment speaks for?"""

from __future__ import annotations

from ledger.analysis.looks import predicted_arms
from ledger.model.confirmation import NOT_CONFIRMED, Standing
from ledger.model.experiment import Experiment, Recorded
from ledger.model.promoting import Objection
from ledger.model.verdict import SUPPORTED, stated


def standing(experiment: Experiment) -> str:
    """What an experiment says for its checkpoints: its outcome, of a search its answer, or that there is no verdict.

    Unlike its state it does not change with what becomes of the branch.
    """
    if experiment.outcome is not None:
        return stated(experiment.outcome, experiment.confirmatory)
    return experiment.found or "no verdict"


def objections(experiment: Experiment, record: Recorded, now: Standing, *, counts: bool) -> tuple[Objection, ...]:
    """Why it is not, the weightiest first; none where the verdict supports the arm, and the trial is part of it.

    `now` is how the experiment stands; `counts`: the trial is one of those that the verdict is about.
    """
    found = []
    if experiment.outcome is None:
        found.append(Objection.NO_VERDICT)
    elif experiment.outcome != SUPPORTED:
        found.append(Objection.NOT_SUPPORTED)
    elif experiment.confirmatory is False:
        found.append(Objection.POST_HOC)
    if now.retracted:
        found.append(Objection.RETRACTED)
    elif experiment.outcome is not None and now.outdated is not None:
        found.append(Objection.OUTDATED)
    tested = now.of(record.trial.variant)
    if tested is not None and tested.state == NOT_CONFIRMED:
        found.append(Objection.NOT_CONFIRMED)
    if record.trial.variant not in predicted_arms(experiment.plan):
        found.append(Objection.OTHER_ARM)
    if record.void is not None:
        found.append(Objection.VOIDED)
    elif not counts:
        found.append(Objection.NOT_COUNTED)
    return tuple(found)
