"""Which trials of an arm count? The one rule, for all that sums results up, compares them or draws them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto

from ledger.model.experiment import Experiment, Recorded
from ledger.model.plan import Plan
from ledger.model.replicates import Point


class When(Enum):
    """At which state of an arm, that is at which fingerprint, its trials count."""

    PRESENT = auto()
    """As its code, data and parameters are now; where nothing has run so, nothing counts."""

    JUDGED = auto()
    """As the stored verdict judged it; without one as it is now, and where nothing has run so as it ran last."""

    LATEST = auto()
    """As it ran last with a result."""


def counted(experiment: Experiment, variant: str, when: When, *, present: str | None = None) -> tuple[Recorded, ...]:
    """The trials of an arm that count: of each declared replicate the first that succeeded, in the order of the plan.

    A trial that was voided never does. Where none is at a declared replicate all are given: they are exploratory.
    `present` is the arm's present fingerprint, None where it is not known.
    """
    found = at(experiment.of(variant), state(experiment, variant, when, present=present))
    return tuple(of_plan(found, experiment.plan).values())


def state(experiment: Experiment, variant: str, when: When, *, present: str | None = None) -> str | None:
    """The fingerprint at which the trials of an arm count, None where there is none."""
    if when is When.PRESENT:
        return present
    results = [record for record in experiment.of(variant) if record.valid]
    ran = {record.trial.fingerprint for record in results}
    if when is When.JUDGED:
        for fingerprint in (judged(experiment).get(variant), present):
            if fingerprint in ran:
                return fingerprint
    return max(results, key=lambda r: r.trial.started).trial.fingerprint if results else None


def counting_attempt(
    experiment: Experiment, attempts: Sequence[Recorded], when: When, *, present: str | None = None
) -> Recorded:
    """Of the attempts at one point of an arm that which counts, else the last with a result, else the last."""
    first = attempts[0].trial
    good = at(attempts, state(experiment, first.variant, when, present=present)).get(first.point)
    return good or max(attempts, key=lambda r: (r.valid, r.trial.attempt))


def judged(experiment: Experiment) -> Mapping[str, str]:
    """The fingerprints of the arms as the stored verdict names them; none where it is about another plan."""
    return {} if experiment.verdict is None or experiment.overtaken else experiment.verdict.fingerprints


def undecided(experiment: Experiment) -> bool:
    """Whether the records do not tell which trials count: an arm has results at several states, and no verdict."""
    known = judged(experiment)
    states: dict[str, set[str]] = {}
    for record in experiment.trials:
        if record.valid and record.trial.variant not in known:
            states.setdefault(record.trial.variant, set()).add(record.trial.fingerprint)
    return any(len(found) > 1 for found in states.values())


def at(records: Iterable[Recorded], fingerprint: str | None) -> dict[Point, Recorded]:
    """The succeeded records at one fingerprint by point, without voided ones; of two at one point the first started."""
    chosen: dict[Point, Recorded] = {}
    for record in sorted(records, key=lambda r: (r.trial.started, r.trial.attempt)):
        if record.valid and record.trial.fingerprint == fingerprint:
            chosen.setdefault(record.trial.point, record)
    return chosen


def of_plan(found: Mapping[Point, Recorded], plan: Plan) -> dict[Point, Recorded]:
    """Those at declared replicates, in the order of the plan; where there are none, all: the others are exploratory."""
    points = {point: found[point] for point in plan.replicates.points() if point in found}
    return points or dict(found)
