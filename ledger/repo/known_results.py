"""Results that are older than the plan: does it reuse all of them, or only those that suit it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ledger.analysis import known
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import label
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
    chosen = known.chosen(experiment, changes)
    found: dict[str, None] = {}
    for used in records.values():
        points = {r.trial.point for r in used} | set(experiment.plan.replicates.points())
        for name, arm, fingerprint in dict.fromkeys(known.sources(experiment, used, chosen)):
            try:
                other = ledger.find(name)
            except LedgerError:
                other = None
            if other is None:
                return () if experiment.verdict is None else experiment.verdict.left_out
            for point in known.points(other.of(arm), fingerprint, chosen, points):
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
            chosen = chosen or known.chosen(experiment, amendments(ledger, experiment))
            for arm in dict.fromkeys(r.trial.variant for r in other.trials if r.trial.reused is None):
                shared = known.points(other.of(arm), fingerprint, chosen, set())
                lost = tuple(dict.fromkeys(map(label, known.points(other.of(arm), fingerprint, chosen, points))))
                if lost and points.intersection(shared):
                    yield Remark.of(Kind.REUSED_IN_PART, arm=f"{other.name}:{arm}", without=lost)
