"""Which row is the best by a metric, and how much of that is luck: the best of many is partly the luckiest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from ledger.analysis.columns import TRIALS, metric_names
from ledger.analysis.direction import direction
from ledger.analysis.fields import METRICS
from ledger.analysis.order import SortKey
from ledger.analysis.selected import noise
from ledger.errors import LedgerError
from ledger.model.directions import HIGHER, LOWER
from ledger.model.plan import BASELINE
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Point
from ledger.model.row import Row
from ledger.model.settings import Settings, direction_in_settings
from ledger.stats.maximum import expected_maximum, selection_bias
from ledger.stats.noise_within import within


def best(
    rows: Sequence[Row],
    level: str,
    keys: Sequence[SortKey],
    settings: Settings,
    trials: Callable[[], Iterable[Row]],
) -> tuple[list[Row], Remark]:
    """The rows with the best value, and what being the best of that many adds to it.

    The metric is the first that rows are sorted by, else the one that most experiments predict. Baselines, which were
    there before, and trials that do not count are not among those compared; arms of one fingerprint are one. Raises
    LedgerError where no row has a metric, or nothing says which values are better.
    """
    sorted_by = next((key for key in keys if key.field.name.startswith(METRICS)), None)
    names = metric_names(rows, settings)
    if sorted_by is None and not names:
        raise LedgerError("no row has a metric to rank by", hint="ledger table lists the rows")
    metric = names[0] if sorted_by is None else sorted_by.field.short
    better = direction(metric, rows, settings)
    if better is None and sorted_by is not None:
        better = HIGHER if sorted_by.descending else LOWER
    if better is None:
        raise LedgerError(
            f"it is unknown whether a higher or a lower {metric} is better",
            hint=f"--sort -{metric} where a higher one is; or {direction_in_settings(metric)}",
        )
    compared = [row for row in rows if row.variant != BASELINE and row.trials and _mean(row, metric) is not None]
    if not compared:
        raise LedgerError(f"no row has trials of {metric} that count", hint="ledger table lists the rows")
    values = [_value(row, metric) for row in compared]
    top = max(values) if better == HIGHER else min(values)
    found = [row for row, value in zip(compared, values, strict=True) if value == top]
    among = len(compared) if level == TRIALS else len({row.fingerprint or id(row) for row in compared})
    # single trials differ by what their replicate moves in all arms, too
    spread = within(_by_arm(compared, metric)).sd if level == TRIALS else _noise(compared, metric, trials())
    n = found[0].metrics[metric].n
    known = {} if spread is None else {"noise": spread, "luck": selection_bias(among, spread, n)}
    remark = Remark.of(
        Kind.BEST_OF_MANY,
        metric=metric,
        arm=f"{found[0].experiment}:{found[0].variant}",
        among=among,
        n=n,
        level=level,
        factor=expected_maximum(among),
        **known,
    )
    return found, remark


def _mean(row: Row, metric: str) -> float | None:
    summary = row.metrics.get(metric)
    return None if summary is None or summary.mean is None or not math.isfinite(summary.mean) else summary.mean


def _value(row: Row, metric: str) -> float:
    value = _mean(row, metric)
    assert value is not None
    return value


def _by_arm(compared: Sequence[Row], metric: str) -> Iterable[list[float]]:
    """The values of the trials of each arm."""
    arms: dict[tuple[str, str], list[float]] = {}
    for row in compared:
        arms.setdefault((row.experiment, row.variant), []).append(_value(row, metric))
    return arms.values()


def _noise(compared: Sequence[Row], metric: str, trials: Iterable[Row]) -> float | None:
    """The standard deviation of one trial, over the arms that are compared."""
    wanted = {(row.experiment, row.variant) for row in compared}
    arms: dict[tuple[str, str], dict[Point, float]] = {}
    for row in trials:
        key, value = (row.experiment, row.variant), _mean(row, metric)
        if key in wanted and row.trials and value is not None:
            arms.setdefault(key, {})[tuple((row.replicate or {}).items())] = value
    return noise(list(arms.values()))[0] if arms else None
