"""How does a metric go with a parameter, and how does it spread within each arm?

Over rows of trials (`analysis/rows.py`): the trials that count, each a point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ledger.analysis.fields import METRICS, PARAMS, called, finite
from ledger.analysis.series import series_of
from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.near_misses import did_you_mean
from ledger.model.parameters import Value
from ledger.model.remarks import Kind, Remark
from ledger.model.row import Row
from ledger.model.typed_values import format_value
from ledger.stats.summary import Summary, summarise

# beyond this factor between the smallest and the largest value an axis is logarithmic: two decades
_DECADES = 100


@frozen
class Dot:
    """One trial. `x` is a number, or the position of a category."""

    group: str
    trial: str
    x: float
    y: float


@frozen
class Mean:
    """The trials of one group at one value of x; `experiment` and `data` are None as in `Series`."""

    group: str
    experiment: str | None
    data: str | None
    x: float
    summary: Summary


@frozen
class Scatter:
    """A metric against a parameter, or against another metric (then without means).

    `categories` name the positions of x where it is not a number, else they are empty.
    `groups` are experiments in the order of the rows, each once for every version of its data; of too many to tell
    apart versions of the data, or one group, "".
    """

    metric: str
    against: str
    categories: tuple[str, ...]
    log: bool
    groups: tuple[str, ...]
    dots: tuple[Dot, ...]
    means: tuple[Mean, ...]
    notes: tuple[Remark, ...]


@frozen
class Strip:
    """One arm: every trial's value by its id; `box` are the quartiles where there are at least five."""

    arm: str
    values: tuple[tuple[str, float], ...]
    summary: Summary
    box: tuple[float, float, float] | None


@frozen
class Distribution:
    """The values of a metric in each arm."""

    metric: str
    strips: tuple[Strip, ...]
    notes: tuple[Remark, ...]


def is_log(values: Iterable[float]) -> bool:
    """Whether an axis over these values is logarithmic: all above zero, over more than two decades."""
    known = list(values)
    return bool(known) and min(known) > 0 and max(known) / min(known) > _DECADES


def metric_named(rows: Sequence[Row], text: str) -> str:
    """The metric that is meant, with or without `metrics.` before it. Raises LedgerError with near misses."""
    known = dict.fromkeys(name for row in rows for name in row.metrics)
    others = [] if text in known else _otherwise(rows, text)
    if len(others) == 1:
        return others[0]
    return _named(text if text in known else _whole(text, list(known)), known, METRICS, "metric")


def _otherwise(rows: Sequence[Row], text: str) -> tuple[str, ...]:
    """The metrics that records have under that name; a file may be called `metrics.json`."""
    return called(rows, text) or called(rows, text.removeprefix(METRICS))


def _named(text: str, known: Iterable[str], prefix: str, kind: str) -> str:
    names = list(dict.fromkeys(known))
    for name in (text, text.removeprefix(prefix)):
        if name in names:
            return name
    if not names:
        raise LedgerError(f"no trial that counts has a {kind}", hint="ledger run")
    hint = did_you_mean(text.removeprefix(prefix), names, f"known: {listed(names, 12)}")
    raise LedgerError(f"no trial has a {kind} {text}", hint=hint)


def counting_rows(rows: Iterable[Row]) -> list[Row]:
    """The rows of the trials that count."""
    return [row for row in rows if row.trial is not None and row.trials > 0]


def scatter(rows: Sequence[Row], metric: str, against: str, *, most_groups: int = 7) -> Scatter:
    """A point for each trial with a finite value, and a mean for each value of `against`.

    `against` is a parameter (`params.train.lr`, or without the prefix), else another metric. Raises LedgerError.
    """
    metric = metric_named(rows, metric)
    name, read, is_metric = _field(rows, against)
    pairs = [(row, read(row), _value(row, metric)) for row in rows]
    kept = [(row, x, y) for row, x, y in pairs if x is not _ABSENT and y is not None]
    notes = _left_out(len(rows) - len(kept), len(rows), metric, name)
    if not kept:
        raise LedgerError(f"no trial has both {metric} and {name}")
    numeric = all(finite(x) is not None for _, x, _ in kept)
    categories = () if numeric else tuple(dict.fromkeys(sorted((_shown(x) for _, x, _ in kept), key=_natural)))
    series, remarks = series_of([row for row, _, _ in kept], most_groups)
    of = {id(row): each for each in series for row in each.rows}
    kept = [each for each in kept if id(each[0]) in of]
    dots = tuple(
        Dot(
            group=of[id(row)].name,
            trial=f"{row.experiment}:{row.trial}",
            x=float(x) if numeric else float(categories.index(_shown(x))),
            y=y,
        )
        for row, x, y in kept
    )
    means = tuple(
        Mean(
            group=each.name,
            experiment=each.experiment,
            data=each.data,
            x=x,
            summary=summarise(d.y for d in dots if d.group == each.name and d.x == x),
        )
        for each in (series if not is_metric else ())
        for x in sorted({d.x for d in dots if d.group == each.name})
    )
    return Scatter(
        metric=metric,
        against=name,
        categories=categories,
        log=numeric and is_log(d.x for d in dots),
        groups=tuple(each.name for each in series),
        dots=dots,
        means=means,
        notes=notes + remarks,
    )


_ABSENT = object()


def _field(rows: Sequence[Row], text: str) -> tuple[str, Callable[[Row], Any], bool]:
    """What stands on the x axis, how it is read, and whether it is a metric."""
    params = dict.fromkeys(name for row in rows for name in row.params)
    metrics = dict.fromkeys(name for row in rows for name in row.metrics)
    others = _otherwise(rows, text)
    if text not in (*params, *metrics):
        text = (
            METRICS + others[0]
            if len(others) == 1
            else _whole(text, [*(PARAMS + name for name in params), *(METRICS + name for name in metrics)])
        )
    plain = text.removeprefix("params.")
    if plain in params and not text.startswith("metrics."):
        return plain, lambda row: row.params.get(plain, _ABSENT), False
    other = text.removeprefix("metrics.")
    if other in metrics and not text.startswith("params."):

        def read(row: Row) -> Any:
            value = _value(row, other)
            return _ABSENT if value is None else value

        return other, read, True
    # those that vary are what can be meant
    varying = [name for name in params if len({repr(row.params.get(name)) for row in rows}) > 1]
    return _named(text, [*varying, *params], "params.", "parameter"), lambda row: _ABSENT, False


def _whole(text: str, names: Sequence[str]) -> str:
    """The one name that ends so, as in `table`; else the text itself. Raises LedgerError where several do."""
    found = [name for name in names if name.endswith(f".{text}")]
    if len(found) > 1:
        raise LedgerError(f"{text} may mean {listed(found, 6, word='or')}", hint=f"write {' or '.join(found[:3])}")
    return found[0] if found else text


def _value(row: Row, metric: str) -> float | None:
    summary = row.metrics.get(metric)
    return None if summary is None else summary.mean


def _left_out(count: int, total: int, metric: str, against: str | None = None) -> tuple[Remark, ...]:
    said = Remark.of(Kind.TRIALS_LEFT_OUT, count=count, total=total, metric=metric, against=against)
    return (said,) if count else ()


def _shown(value: Value) -> str:
    return format_value(value)


def _natural(text: str) -> tuple[bool, float, str]:
    """Numbers by their size, and before words."""
    try:
        return False, float(text), text
    except ValueError:
        return True, 0.0, text


def _quantile(numbers: Sequence[float], share: float) -> float:
    """The quantile of R's type 7, which numpy and spreadsheets use too; between equal numbers it is that number."""
    ordered = sorted(numbers)
    at = share * (len(ordered) - 1)
    low, high, part = ordered[math.floor(at)], ordered[math.ceil(at)], at % 1
    # as a mean with weights: the difference of two numbers may be none that a float can hold
    return low if low == high else low * (1 - part) + high * part


def distribution(rows: Sequence[Row], metric: str, *, most: int = 60) -> Distribution:
    """Every trial's value of a metric, arm by arm in the order of the rows; at most this many arms."""
    metric = metric_named(rows, metric)
    several = len({row.experiment for row in rows}) > 1
    arms: dict[str, list[tuple[str, float | None]]] = {}
    for row in rows:
        arm = f"{row.experiment}:{row.variant}" if several else row.variant
        arms.setdefault(arm, []).append((f"{row.experiment}:{row.trial}", _value(row, metric)))
    strips = []
    empty = [arm for arm, values in arms.items() if all(value is None for _, value in values)]
    lost = sum(value is None for arm, values in arms.items() for _, value in values)
    for arm, given in arms.items():
        values = [(trial, value) for trial, value in given if value is not None]
        if not values:
            continue
        numbers = [value for _, value in values]
        box = None
        if len(numbers) >= 5:
            first, middle, third = (_quantile(numbers, share) for share in (0.25, 0.5, 0.75))
            box = (first, middle, third)
        strips.append(Strip(arm=arm, values=tuple(values), summary=summarise(numbers), box=box))
    notes = _left_out(lost, len(rows), metric)
    if empty:
        notes += (Remark.of(Kind.ARMS_WITHOUT_VALUE, metric=metric, arms=tuple(empty)),)
    if not strips:
        raise LedgerError(f"no trial has a finite {metric}")
    if len(strips) > most:
        notes += (Remark.of(Kind.ARMS_NOT_DRAWN, count=len(strips) - most),)
    return Distribution(metric=metric, strips=tuple(strips[:most]), notes=notes)
