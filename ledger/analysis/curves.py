"""How did a metric go, step by step, in the trials of each arm?

Chooses the curves that are drawn: the declared ones, or those that are asked for by name.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.errors import LedgerError
from ledger.model.formats.curves import Series, logged_metric
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.near_misses import did_you_mean
from ledger.model.plot_definitions import Plot
from ledger.model.remarks import Kind, Remark

# where nothing is declared: the columns that people count steps in
_STEPS = ("step", "epoch", "iteration", "iter", "global_step", "round")
# what DVCLive adds to each row: the time in milliseconds
_CLOCK = "timestamp"
# what a row without a column of steps is at
ROW = "row"

MAX_FACETS = 6
"""So many metrics are drawn where none is asked for."""


@frozen
class Sample:
    """What one trial left to draw: its plot files by path, and the definitions of its code."""

    arm: str
    trial: str
    files: Mapping[str, Series]
    plots: tuple[Plot, ...] = ()


@frozen
class Curve:
    """One metric of one trial: the points in the order of x, each x once, finite values alone."""

    arm: str
    trial: str
    metric: str
    x: str
    points: tuple[tuple[float, float], ...]
    x_label: str | None = None
    y_label: str | None = None


@frozen
class Chosen:
    """The curves to draw, and remarks: what was left out, and which trials lack something."""

    metrics: tuple[str, ...]
    curves: tuple[Curve, ...]
    notes: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a file: `source` is the path, or the declared one where that has templates."""

    source: str
    column: str


@frozen
class _Offer:
    """A column that may be drawn, over the column `steps`: None where rows are counted."""

    column: _Column
    path: str
    plot: Plot | None
    steps: str | None


def choose(samples: Sequence[Sample], *, y: Sequence[str] = (), x: str | None = None) -> Chosen:
    """The curves of the trials: of the columns `y` over the column `x`, by default of what the definitions declare.

    A column of numbers that two files share is called `file:column`; a metric of DVCLive's by its own name. Raises
    LedgerError, with near misses, where nothing is left to draw.
    """
    offers = {(s.arm, s.trial): list(_offers(s)) for s in samples}
    names = _names([offer.column for given in offers.values() for offer in given])
    if not names:
        raise LedgerError("none of the plot files holds a column of numbers", hint="--help says which files are read")
    declared = {o.column for given in offers.values() for o in given if o.plot is not None and o.plot.lines}
    notes: list[Remark] = []
    if y:
        wanted = _asked(y, names)
    else:
        wanted = [column for column in names if column in declared]
        if not wanted:
            raise LedgerError(
                "no plot that dvc.yaml declares is a learning curve",
                hint=f"--y draws a column over another: {listed(names.values(), 8)}",
            )
        if len(wanted) > MAX_FACETS:
            rest = [names[column] for column in wanted[MAX_FACETS:]]
            notes.append(Remark.of(Kind.CURVES_NOT_DRAWN, names=tuple(rest)))
            wanted = wanted[:MAX_FACETS]
    known_x = dict.fromkeys(name for s in samples for series in s.files.values() for name in series.numbers)
    if x is not None and x not in known_x:
        hint = did_you_mean(x, known_x, f"known: {listed(known_x, 12)}")
        raise LedgerError(f"no plot file has a column {x} of numbers", hint=hint)
    curves: list[Curve] = []
    # the first that offers a column has it
    offered = {trial: {offer.column: offer for offer in reversed(given)} for trial, given in offers.items()}
    for column in wanted:
        lacking = []
        for sample in samples:
            offer = offered[sample.arm, sample.trial].get(column)
            curve = None if offer is None else _curve(sample, offer, names[column], x)
            if curve is None:
                lacking.append(sample.trial)
            else:
                curves.append(curve)
        if lacking:
            notes.append(Remark.of(Kind.TRIALS_WITHOUT_CURVE, metric=names[column], trials=tuple(lacking)))
    if not curves:
        raise LedgerError(f"no trial has a finite value of {', '.join(names[column] for column in wanted)}")
    drawn = {curve.metric for curve in curves}
    return Chosen(
        metrics=tuple(names[column] for column in wanted if names[column] in drawn),
        curves=tuple(curves),
        notes=tuple(notes),
    )


def names_of(samples: Sequence[Sample]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The curves that are drawn where none is asked for, and all other series of numbers, by name."""
    offers = [offer for sample in samples for offer in _offers(sample)]
    names = _names([offer.column for offer in offers])
    declared = {offer.column for offer in offers if offer.plot is not None and offer.plot.lines}
    of_cases = {offer.column for offer in offers if offer.plot is not None and not offer.plot.lines and offer.plot.y}
    first = [name for column, name in names.items() if column in declared][:MAX_FACETS]
    steps = {(axis.file, axis.column) for sample in samples for plot in sample.plots for axis in plot.x}

    def is_series(column: _Column) -> bool:
        # what others are drawn over says nothing over itself
        counted = column.column.lower() in (*_STEPS, _CLOCK) or (column.source, column.column) in steps
        return not counted and column not in of_cases

    others = [name for column, name in names.items() if name not in first and is_series(column)]
    return tuple(first), tuple(others)


def _offers(sample: Sample) -> Iterator[_Offer]:
    """The columns that may be drawn: the declared ones first, in the order of the definitions."""
    taken: set[tuple[str, str]] = set()
    for plot in sorted(sample.plots, key=lambda plot: not plot.lines):
        for axis in plot.y:
            held = sorted(filter(axis.holds, sample.files))
            for path in held:
                series = sample.files[path]
                # a path that a parameter is part of is one curve in all trials; `foreach` makes several of one
                source = axis.file if "${" in axis.file and len(held) == 1 else path
                steps = _step_column(plot, path, series)
                shown = replace(plot, lines=False) if _of_cases(plot, path, series) else plot
                for name in [axis.column] if axis.column is not None else series.numbers:
                    if name in series.numbers and name not in (steps, _CLOCK) and (path, name) not in taken:
                        taken.add((path, name))
                        yield _Offer(column=_Column(source, name), path=path, plot=shown, steps=steps)
    given = {path for path in sample.files if any(a.holds(path) for p in sample.plots for a in p.y)}
    for path, series in sample.files.items():
        # a file of DVCLive's that nothing declares is a declaration in itself
        log, steps = path not in given and logged_metric(path) is not None, _step_column(None, path, series)
        for name in series.numbers:
            if (path, name) not in taken:
                logged = Plot(title=None, y=()) if log and name.lower() not in (*_STEPS, _CLOCK) else None
                yield _Offer(column=_Column(path, name), path=path, plot=logged, steps=steps)


def _names(columns: Iterable[_Column]) -> dict[_Column, str]:
    """What each column is called: by itself where no other file has a column of that name."""
    plain = {}
    for column in dict.fromkeys(columns):
        metric = logged_metric(column.source)
        own = metric is not None and column.column == metric.rsplit("/", 1)[-1]
        plain[column] = metric if own and metric is not None else column.column
    called = Counter(plain.values())
    return {c: name if called[name] == 1 else f"{c.source}:{c.column}" for c, name in plain.items()}


def _asked(y: Sequence[str], names: Mapping[_Column, str]) -> list[_Column]:
    wanted = []
    for text in dict.fromkeys(y):
        found = [c for c, name in names.items() if text in (name, f"{c.source}:{c.column}")]
        shared = [name for c, name in names.items() if c.column == text and name != text]
        if not found and shared:
            raise LedgerError(f"{text} is in more than one file", hint="say which: --y " + " or --y ".join(shared[:4]))
        if not found:
            hint = did_you_mean(text, names.values(), f"known: {listed(names.values(), 12)}")
            raise LedgerError(f"no plot file has a column {text} of numbers", hint=hint)
        wanted += found
    return wanted


def _curve(sample: Sample, offer: _Offer, name: str, x: str | None) -> Curve | None:
    column = offer.column
    series = sample.files[offer.path]
    at = x if x is not None else offer.steps
    steps = series.numbers.get(at) if at is not None else None
    if steps is None and offer.plot is not None and x is None:
        # the steps of one file may stand in another, row by row
        other = next((a for a in offer.plot.x if not a.holds(offer.path) and a.file in sample.files), None)
        found = None if other is None or other.column is None else sample.files[other.file].numbers.get(other.column)
        if other is not None and found is not None and len(found) == series.length:
            at, steps = other.column, found
    if steps is None:
        if x is not None:
            return None
        at, steps = ROW, tuple(float(i) for i in range(series.length))
    # where a step was logged twice, as after a restart, the later value counts, be it NaN; an empty cell is no value
    empty = series.empty.get(column.column, frozenset())
    latest = {
        step: value
        for row, (step, value) in enumerate(zip(steps, series.numbers.get(column.column, ()), strict=False))
        if math.isfinite(step) and row not in empty
    }
    points = {step: value for step, value in latest.items() if math.isfinite(value)}
    if not points:
        return None
    plot = offer.plot
    return Curve(
        arm=sample.arm,
        trial=sample.trial,
        metric=name,
        x=at or ROW,
        points=tuple(sorted(points.items())),
        x_label=plot.x_label if plot is not None and x is None else None,
        y_label=plot.y_label if plot is not None else None,
    )


def _of_cases(plot: Plot, path: str, series: Series) -> bool:
    """Whether a row is a case and no step: a text names the rows, and no column of steps goes through them in order."""
    if not series.others:
        return False
    at = _step_column(plot, path, series)
    if plot.x:
        # steps that are declared are steps, but for names
        return at is None and any(axis.holds(path) and axis.column in series.others for axis in plot.x)
    steps = series.numbers.get(at, ()) if at is not None else ()
    return at is None or any(later < earlier for earlier, later in itertools.pairwise(steps))


def _step_column(plot: Plot | None, path: str, series: Series) -> str | None:
    """The column of steps: the declared one, else one that is called so, None where rows are counted."""
    if plot is not None and plot.x:
        own = [axis.column for axis in plot.x if axis.holds(path) and axis.column in series.numbers]
        return own[0] if own else None
    lower = {name.lower(): name for name in series.numbers}
    return next((lower[name] for name in _STEPS if name in lower), None)
