"""How long the trials of an arm take, by those that are recorded."""

from __future__ import annotations

import statistics

from ledger.model.experiment import Experiment
from ledger.model.trial import Trial


def by_arm(experiment: Experiment) -> dict[str, float]:
    """The median seconds of the trials of each arm that ran here or elsewhere; failed ones where none succeeded."""
    found: dict[str, dict[bool, list[float]]] = {}
    for record in experiment.trials:
        took = _seconds(record.trial)
        if took is not None:
            found.setdefault(record.trial.variant, {}).setdefault(record.trial.succeeded, []).append(took)
    return {arm: statistics.median(of.get(True) or of[False]) for arm, of in found.items()}


def _seconds(trial: Trial) -> float | None:
    """The seconds of the stages that ran for it; None where it was restored or reused, or nobody measured it."""
    ran = [stage.seconds for stage in trial.stages.values() if not stage.cached]
    known = [seconds for seconds in ran if seconds is not None]
    return sum(known) if known and trial.reused is None else None
