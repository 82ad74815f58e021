"""What the records of such an experiment say of a metric, and which way the metric is better."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ledger.analysis import counting, progress
from ledger.analysis.counting import When
from ledger.analysis.direction import direction
from ledger.errors import LedgerError
from ledger.model.directions import HIGHER
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.near_misses import unknown_metric
from ledger.model.replicates import Point, slug
from ledger.model.settings import direction_in_settings
from ledger.repo.ledger import Ledger


@frozen
class Results:
    """The values of a metric by arm and replicate, the trials that failed and those that are missing, by their ids.

    `recorded` counts the trials that succeeded, whatever they measured.
    """

    metric: str
    values: Mapping[str, Mapping[Point, float]]
    failed: tuple[str, ...]
    missing: tuple[str, ...]
    recorded: int


def results(ledger: Ledger, experiment: Experiment, metric: str) -> Results:
    """The trials that count. Raises LedgerError where some have succeeded, and none has the metric."""
    present = ledger.present(experiment)
    metric = experiment.aliases.now(metric)
    values: dict[str, dict[Point, float]] = {}
    known: dict[str, None] = {}
    recorded = 0
    for variant in experiment.plan.variants:
        records = counting.counted(experiment, variant.name, When.JUDGED, present=present.get(variant.name))
        recorded += len(records)
        known |= dict.fromkeys(name for record in records for name in record.metrics)
        values[variant.name] = {
            record.trial.point: record.metrics[metric]
            for record in records
            if math.isfinite(record.metrics.get(metric, math.nan))
        }
    if known and metric not in known:
        raise unknown_metric(metric, list(known), f"of {experiment.name}")
    rows = progress.declared(experiment, present)
    lacking = [(f"{row.variant}/{slug(row.point)}", row) for row in rows if row.point not in values[row.variant]]
    return Results(
        metric=metric,
        values=values,
        failed=tuple(name for name, row in lacking if row.state in (progress.FAILED, progress.SUCCEEDED)),
        missing=tuple(name for name, row in lacking if row.state in (progress.MISSING, progress.STALE)),
        recorded=recorded,
    )


def require_known(ledger: Ledger, metric: str) -> None:
    """Refuse a metric that no trial of the ledger has, where there are trials: all trainings would be in vain."""
    metric = ledger.settings.aliases.now(metric)
    known = {name for row in ledger.index.rows("experiments") for name in row.metrics}
    if known and metric not in known and metric not in ledger.settings.metrics:
        raise unknown_metric(metric, sorted(known), "of the ledger")


def better(ledger: Ledger, metric: str, asked: str | None) -> str:
    """Whether `higher` or `lower` is better. Raises LedgerError where nothing says it: a name is no evidence."""
    found = asked or direction(ledger.settings.aliases.now(metric), ledger.index.rows("experiments"), ledger.settings)
    if found is None:
        raise LedgerError(
            f"it is unknown whether a higher or a lower {metric} is better",
            hint=f"--higher-is-better or --lower-is-better; or {direction_in_settings(metric)}",
        )
    return found


def sign(ledger: Ledger, metric: str, asked: str | None) -> int:
    """1 where a higher value is better, −1 where a lower one is. Raises LedgerError as `better` does."""
    return 1 if better(ledger, metric, asked) == HIGHER else -1
