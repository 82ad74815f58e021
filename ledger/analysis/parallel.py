"""Which settings go with which results: arms as lines over one axis a parameter."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from ledger.analysis.direction import direction
from ledger.analysis.fields import finite
from ledger.analysis.points import is_log, metric_named
from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.parameters import Value
from ledger.model.remarks import Kind, Remark
from ledger.model.row import Row
from ledger.model.settings import Settings
from ledger.model.typed_values import format_value


@frozen
class Scale:
    """One axis. `ticks`: the labels by their position, from 0 at the bottom to 1; `log`: a logarithmic one."""

    name: str
    ticks: tuple[tuple[float, str], ...]
    log: bool


@frozen
class Path:
    """One arm: its position on every axis (None where it has no such parameter), and its metric.

    `values` are those of its parameters, None where it has none.
    """

    arm: str
    positions: tuple[float | None, ...]
    labels: tuple[str, ...]
    values: tuple[Value, ...]
    value: float


@frozen
class Parallel:
    """The parameters that vary, and last the metric itself.

    `better`: whether `higher` or `lower` values of the metric are, None where neither settings nor predictions tell.
    """

    metric: str
    scales: tuple[Scale, ...]
    paths: tuple[Path, ...]
    notes: tuple[Remark, ...]
    better: str | None = None


# more categories than these are no longer readable on one axis
_MOST_TICKS = 12
# and labels that stand closer than this would overlap
_APART = 0.08


def parallel(rows: Sequence[Row], metric: str, settings: Settings, *, most: int = 8) -> Parallel:
    """A line for each arm that has the metric, over the parameters that vary among them: at most this many.

    Raises LedgerError where there is nothing to compare.
    """
    metric = metric_named(rows, metric)
    values = {id(row): row.metrics[metric].mean for row in rows if metric in row.metrics}
    kept = [row for row in rows if values.get(id(row)) is not None]
    if len(kept) < 2:
        raise LedgerError(f"parallel coordinates need two arms with {metric}; there {_are(len(kept))}")
    names = dict.fromkeys(name for row in kept for name in row.params)
    distinct = {name: {_text(row, name) for row in kept} for name in names}
    varying = [name for name in names if len(distinct[name]) > 1]
    if not varying:
        raise LedgerError("no parameter varies among these arms", hint="name more experiments, or none for all")
    notes = []
    if len(kept) < len(rows):
        lost = len(rows) - len(kept)
        notes.append(Remark.of(Kind.ARMS_LEFT_OUT, count=lost, total=len(rows), metric=metric))
    if len(varying) > most:
        # a parameter in which all arms but one agree tells little, and one that only some have, alike, still less
        common = {name: Counter(_text(row, name) for row in kept).most_common(1)[0][1] for name in varying}
        alike = {name: len({_text(row, name) for row in kept if name in row.params}) < 2 for name in varying}
        best = sorted(varying, key=lambda name: (alike[name], common[name]))[:most]
        rest = [name for name in varying if name not in best]
        notes.append(Remark.of(Kind.PARAMETERS_NOT_DRAWN, names=tuple(rest)))
        varying = [name for name in varying if name in best]
    scales = []
    columns: list[list[float | None]] = []
    for name in varying:
        scale, column = _scale(name, [row.params.get(name, _MISSING) for row in kept])
        scales.append(scale)
        columns.append(column)
    scale, column = _scale(metric, [values[id(row)] for row in kept])
    scales.append(scale)
    columns.append(column)
    paths = []
    for i, row in enumerate(kept):
        value = values[id(row)]
        assert value is not None
        labels = (*(_text(row, name) for name in varying), f"{value:.4g}")
        positions = tuple(column[i] for column in columns)
        given = tuple(row.params.get(name) for name in varying)
        arm = f"{row.experiment}:{row.variant}"
        paths.append(Path(arm=arm, positions=positions, labels=labels, values=given, value=value))
    better = direction(metric, kept, settings)
    return Parallel(metric=metric, scales=tuple(scales), paths=tuple(paths), notes=tuple(notes), better=better)


class _Missing:
    """Stands for a parameter that an arm does not have."""


_MISSING = _Missing()


def _are(count: int) -> str:
    return "is one" if count == 1 else "is none"


def _text(row: Row, name: str) -> str:
    return format_value(row.params[name]) if name in row.params else "-"


def _scale(name: str, values: Sequence[Value | _Missing]) -> tuple[Scale, list[float | None]]:
    """The axis over the values, and each value's position on it."""
    given = [value for value in values if not isinstance(value, _Missing)]
    numbers = [number for value in given if (number := finite(value)) is not None]
    if numbers and len(numbers) == len(given):
        log = is_log(numbers)
        read = math.log10 if log else float
        low, high = read(min(numbers)), read(max(numbers))
        span = (high - low) or 1.0
        positions = [
            (read(float(v)) - low) / span
            if isinstance(v, int | float) and high > low
            else None
            if isinstance(v, _Missing)
            else 0.5
            for v in values
        ]
        distinct = sorted(set(numbers))
        shown = distinct if len(distinct) <= 6 else [distinct[0], distinct[-1]]
        ticks = [((read(v) - low) / span if high > low else 0.5, f"{v:.4g}") for v in shown]
        apart = [t for t in ticks[1:-1] if all(abs(t[0] - o[0]) >= _APART for o in ticks if o is not t)]
        ends = ticks if len(ticks) == 1 else [ticks[0], *apart, ticks[-1]]
        return Scale(name=name, ticks=tuple(ends), log=log), positions
    names = sorted({format_value(value) for value in given})
    place = {text: (i / (len(names) - 1) if len(names) > 1 else 0.5) for i, text in enumerate(names)}
    shown_names = names if len(names) <= _MOST_TICKS else [names[0], names[-1]]
    return (
        Scale(name=name, ticks=tuple((place[text], text) for text in shown_names), log=False),
        [None if isinstance(value, _Missing) else place[format_value(value)] for value in values],
    )
