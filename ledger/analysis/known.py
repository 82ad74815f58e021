"""Which results of other experiments were known when the replicates were chosen?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from ledger.model.experiment import Experiment, Recorded
from ledger.model.replicates import Point
from ledger.model.verdict import Amendment


def chosen(experiment: Experiment, changes: Sequence[Amendment]) -> datetime:
    """When the replicates were chosen."""
    dates = [datetime.fromisoformat(change.date) for change in changes if "replicates" in change.changed]
    return max([experiment.plan.created, *dates])


def sources(experiment: Experiment, used: Sequence[Recorded], chosen: datetime) -> Iterable[tuple[str, str, str]]:
    """The experiments, with arm and fingerprint, that had trained trials before the replicates were chosen."""
    for trial in (r.trial for r in used if r.trial.started <= chosen):
        if trial.reused is not None:
            name, arm, _ = trial.reused.split("/", 2)
            yield name, arm, trial.fingerprint
        elif trial.experiment != experiment.name:
            yield trial.experiment, trial.variant, trial.fingerprint


def points(
    records: Iterable[Recorded], fingerprint: str, chosen: datetime, others: Collection[Point]
) -> Iterable[Point]:
    """The points, other than the `others` but on their axes, that had results at a fingerprint by a given time."""
    axes = {tuple(sorted(name for name, _ in point)) for point in others}
    for trial in (r.trial for r in records):
        known = trial.succeeded and trial.fingerprint == fingerprint and trial.started <= chosen
        same_axes = not axes or tuple(sorted(name for name, _ in trial.point)) in axes
        if known and trial.point not in others and same_axes:
            yield trial.point
