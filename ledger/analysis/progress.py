"""What is declared, and what has become of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.analysis.counting import at
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.replicates import Point

SUCCEEDED = "succeeded"
FAILED = "failed"
STALE = "stale"
MISSING = "missing"


@frozen
class DeclaredTrial:
    """One trial that the plan asks for. `record` is the one that counts, or the latest of those that do not.

    `state`: succeeded; failed (at the variant's present fingerprint); stale (recorded, but the variant has changed
    since); missing. All but the first are missing results.
    """

    variant: str
    point: Point
    state: str
    record: Recorded | None


def declared(experiment: Experiment, present: Mapping[str, str]) -> tuple[DeclaredTrial, ...]:
    """The state of every declared trial, in the order of the plan. `present`: fingerprints by variant.

    A search declares none: those count that it has asked for so far.
    """
    rows = []
    for variant in experiment.tried_or_declared:
        if variant.experiment is not None:
            continue
        records = experiment.of(variant.name)
        good = at(records, present.get(variant.name))
        for point in _points(experiment, records):
            tried = sorted((r for r in records if r.trial.point == point), key=lambda r: r.trial.attempt)
            if point in good:
                state, record = SUCCEEDED, good[point]
            elif not tried:
                state, record = MISSING, None
            else:
                same = [r for r in tried if r.trial.fingerprint == present.get(variant.name)]
                state, record = (FAILED, same[-1]) if same else (STALE, tried[-1])
                if record.void is not None:
                    # it is to be run again, as one that nobody has tried
                    state = MISSING
            rows.append(DeclaredTrial(variant=variant.name, point=point, state=state, record=record))
    return tuple(rows)


def _points(experiment: Experiment, records: Sequence[Recorded]) -> tuple[Point, ...]:
    if experiment.plan.search is None:
        return experiment.plan.replicates.points()
    asked = {record.trial.point for record in records}
    return tuple(point for point in experiment.plan.replicates.points() if point in asked) if asked else ()


def canonical(experiment: Experiment, present: Mapping[str, str], variant: str) -> Recorded | None:
    """The arm's trial at the first declared replicate that succeeded, else at any that did.

    The branch shows its parameters, lock and metrics, so that a review sees the arm and not the seed of whichever trial
    came last.
    """
    good = at(experiment.of(variant), present.get(variant))
    for point in experiment.plan.replicates.points():
        if point in good:
            return good[point]
    return next(iter(good.values()), None)
