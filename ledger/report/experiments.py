"""Experiments as text: a line of the log, the state of the one that is checked out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ledger.model.entry import Entry
from ledger.model.listing import listed
from ledger.model.parameters import Value
from ledger.model.plan import TREATMENT, Plan
from ledger.model.replicates import FOLD, SPLIT, Axis
from ledger.model.search import TUNE
from ledger.model.settings import Settings
from ledger.model.summary import Summary
from ledger.model.typed_values import format_value
from ledger.report.blocks import Table
from ledger.report.numbers import age, headline_of, spread
from ledger.report.text import clean, columns, cut_apart, cut_within, width

# the arm that a metric is of, where that is not the treatment
_ARM: Final = re.compile(r"\[([^\]]*)\]")
_ARM_WIDE: Final = 8


def headline_value(entry: Entry, settings: Settings) -> tuple[str | None, Summary | None]:
    """The experiment's headline metric over the trials of `entry.arm` that count, None before there are any."""
    metric = headline_of(entry.predicted, settings, entry.metrics)
    return metric, None if metric is None else entry.metrics[metric]


def log(entries: Sequence[Entry], settings: Settings, *, now: datetime, graph: bool) -> Table:
    """One row per experiment; with `graph` children stand below the experiment that they refine."""
    rows: list[tuple[str, ...]] = []
    for prefix, entry in _by_parent(entries) if graph else [("", e) for e in entries]:
        metric, value = headline_value(entry, settings)
        shown = ""
        if metric is not None and value is not None:
            arm = "" if entry.arm == TREATMENT else f"[{entry.arm}]"
            shown = f"{clean(metric)}{arm} {spread(value, settings.precision(metric))}"
        trials = f"{entry.declared - entry.missing}/{entry.declared}" if entry.missing else str(entry.records)
        rows.append((entry.state, prefix + entry.name, clean(entry.title), shown, trials, age(entry.created, now)))
    return Table(head=("state", "name", "title", "metric", "trials", "age"), rows=tuple(rows))


def fitted(table: Table, total: int | None) -> list[str]:
    """The lines of the log in this many columns: long names are cut so that they can be told apart, then titles.

    Where that is not enough the arms of metrics are cut, names more, and at last titles and ages are left out.
    """
    if total is None:
        return columns(table.rows, head=table.head, right=(4, 5), flexible=2, total=None)
    rows = _named(table.rows, max(16, total * 2 // 5))
    lines = columns(rows, head=table.head, right=(4, 5), flexible=2, total=total)
    for left_out, part in (((), 4), ((2,), 4), ((2, 5), 4), ((2, 5), 6)):
        if max(map(width, lines)) <= total:
            break
        rows = _named(_with_short_arms(table.rows), max(12, total // part))
        kept = [place for place in range(len(table.head)) if place not in left_out]
        lines = columns(
            [[row[place] for place in kept] for row in rows],
            head=[table.head[place] for place in kept],
            right=[at for at, place in enumerate(kept) if place in (4, 5)],
            flexible=kept.index(2) if 2 in kept else None,
            total=total,
        )
    return lines


def _named(rows: Sequence[tuple[str, ...]], room: int) -> list[tuple[str, ...]]:
    names = cut_apart([name for _, name, *_ in rows], room)
    return [(state, name, *rest) for name, (state, _, *rest) in zip(names, rows, strict=True)]


def _with_short_arms(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows with `acc[lr-0…n-8] 0.680` for `acc[lr-0-03-hidden-8] 0.680`."""

    def shortened(metric: str) -> str:
        return _ARM.sub(lambda found: f"[{cut_within(found.group(1), _ARM_WIDE)}]", metric, count=1)

    return [(*row[:3], shortened(row[3]), *row[4:]) for row in rows]


def _by_parent(entries: Sequence[Entry]) -> list[tuple[str, Entry]]:
    """The entries with the drawing before their names: newest roots first, children in order of creation."""
    names = {e.name for e in entries}
    children: dict[str | None, list[Entry]] = {}
    for entry in reversed(entries):
        parent = entry.parent if entry.parent in names else None
        children.setdefault(parent if parent != entry.name else None, []).append(entry)
    ordered: list[tuple[str, Entry]] = []
    placed: set[str] = set()
    # parents that name each other in a circle have no root: they follow as they come
    for root in [*reversed(children.get(None, [])), *entries]:
        waiting = [(root, "", "")]
        while waiting:
            entry, lead, own = waiting.pop()
            if entry.name in placed:
                continue
            placed.add(entry.name)
            ordered.append((own, entry))
            below = children.get(entry.name, [])
            for number_, child in reversed(list(enumerate(below, 1))):
                last = number_ == len(below)
                waiting.append((child, lead + ("   " if last else "│  "), lead + ("└─ " if last else "├─ ")))
    return ordered


def described_axes(plan: Plan) -> str:
    """`seed 0, 1, 2`, consecutive ones as `seed 0..99`; the axes of a grid are joined by a semicolon.

    Those of a search for a step are as many as it needs.
    """
    if plan.search is not None and plan.search.kind != TUNE:
        return f"{plan.search.axis}, as many as it takes"
    return "; ".join(f"{axis.name} {_values(axis.values)}{_kind(axis)}" for axis in plan.replicates.axes) or "one"


def _kind(axis: Axis) -> str:
    if axis.unclear:
        return " (assumed independent)"
    by = f" reshuffled by {axis.reshuffled_by}" if axis.reshuffled_by is not None else ""
    if axis.keep is not None:
        return f" (samples of {axis.keep * 100:g}%)"
    return f" ({axis.kind}s{by})" if axis.kind in (FOLD, SPLIT) else ""


def _values(values: Sequence[Value]) -> str:
    whole = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    if len(whole) == len(values) > 5 and whole == list(range(whole[0], whole[0] + len(whole))):
        return f"{whole[0]}..{whole[-1]}"
    # the values of an axis are a sequence and no sentence, but for those that are left out
    return listed(map(format_value, values), 12) if len(values) > 12 else ", ".join(map(format_value, values))
