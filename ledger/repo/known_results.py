"""Results that are older than the plan: does it reuse all of them, or only those that suit it?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Point, label
from ledger.model.verdict import Amendment
from ledger.repo.ledger import Ledger
from ledger.repo.plan_history import amendments
from ledger.repo.plan_order import PlanOrder


def known_before(ledger: Ledger, experiment: Experiment, records: Mapping[str, Sequence[Recorded]]) -> tuple[str, ...]:
    """The repeated results that count for an arm that is predicted about, and that are older than the plan."""
    order = PlanOrder(ledger, experiment)
    return tuple(
        r.trial.id
        for arm in experiment.plan.predicted
        for r in records.get(arm, ())
        if r.trial.reused is not None and r.trial.started <= order.written(r)
    )


def left_out(
    ledger: Ledger,
    experiment: Experiment,
    records: Mapping[str, Sequence[Recorded]],
    changes: Sequence[Amendment],
) -> tuple[str, ...]:
    """The results that were known when the replicates were chosen, of arms that others had trained, and are not used.

    `records` are those that count, by arm. Where another experiment is not in this clone the stored verdict is
    believed.
    """
    chosen = _when_chosen(experiment, changes)
    found: dict[str, None] = {}
    for used in records.values():
        points = {r.trial.point for r in used} | set(experiment.plan.replicates.points())
        for name, arm, fingerprint in dict.fromkeys(_trained_before(experiment, used, chosen)):
            try:
                other = ledger.find(name)
            except LedgerError:
                other = None
            if other is None:
                return () if experiment.verdict is None else experiment.verdict.left_out
            for point in _known_points(other.of(arm), fingerprint, chosen, points):
                found.setdefault(f"{name}/{arm} {label(point)}")
    return tuple(found)


def to_be_left_out(ledger: Ledger, experiment: Experiment) -> Iterator[Remark]:
    """A remark for each other arm whose known results the plan would reuse in part: the verdict will say so.

    The same rule as `left_out`, before the plan's own trials are there. Raises LedgerError as `Ledger.arms` does.
    """
    plan = experiment.plan
    points = set(plan.replicates.points())
    chosen: datetime | None = None
    for variant in plan.variants:
        if variant.at is None:
            continue
        fingerprint = ledger.arm(experiment, variant).fingerprint
        names = {name for name, _, _ in ledger.index.at_fingerprint(fingerprint)} - {experiment.name}
        for other in filter(None, map(ledger.find, sorted(names))):
            chosen = chosen or _when_chosen(experiment, amendments(ledger, experiment))
            for arm in dict.fromkeys(r.trial.variant for r in other.trials if r.trial.reused is None):
                shared = _known_points(other.of(arm), fingerprint, chosen, set())
                lost = tuple(dict.fromkeys(map(label, _known_points(other.of(arm), fingerprint, chosen, points))))
                if lost and points.intersection(shared):
                    yield Remark.of(Kind.REUSED_IN_PART, arm=f"{other.name}:{arm}", without=lost)


def _when_chosen(experiment: Experiment, changes: Sequence[Amendment]) -> datetime:
    """When the replicates were chosen."""
    dates = [datetime.fromisoformat(change.date) for change in changes if "replicates" in change.changed]
    return max([experiment.plan.created, *dates])


def _trained_before(
    experiment: Experiment, used: Sequence[Recorded], chosen: datetime
) -> Iterable[tuple[str, str, str]]:
    """The experiments, with arm and fingerprint, that had trained trials before the replicates were chosen."""
    for trial in (r.trial for r in used if r.trial.started <= chosen):
        if trial.reused is not None:
            name, arm, _ = trial.reused.split("/", 2)
            yield name, arm, trial.fingerprint
        elif trial.experiment != experiment.name:
            yield trial.experiment, trial.variant, trial.fingerprint


def _known_points(
    records: Iterable[Recorded], fingerprint: str, chosen: datetime, others: Collection[Point]
) -> Iterable[Point]:
    """The points, other than the `others` but on their axes, that had results at a fingerprint by a given time."""
    axes = {tuple(sorted(name for name, _ in point)) for point in others}
    for trial in (r.trial for r in records):
        known = trial.succeeded and trial.fingerprint == fingerprint and trial.started <= chosen
        same_axes = not axes or tuple(sorted(name for name, _ in trial.point)) in axes
        if known and trial.point not in others and same_axes:
            yield trial.point
