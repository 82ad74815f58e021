"""Experiments as text: a line of the log, the state of the one that is checked out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from ledger.analysis.progress import FAILED, MISSING, STALE, SUCCEEDED, Declared
from ledger.errors import LedgerError
from ledger.model.entry import Entry
from ledger.model.experiment import Experiment
from ledger.model.hypothesis import TREATMENT, Plan
from ledger.model.parameters import Value, format_value
from ledger.model.replicates import FOLD, SPLIT, Axis
from ledger.model.run_state import RunState
from ledger.model.settings import Settings
from ledger.model.summary import Summary
from ledger.report.numbers import age, headline_of, spread
from ledger.report.progress import cut_off, summary, unseen
from ledger.report.text import clean, columns


def headline_value(entry: Entry, settings: Settings) -> tuple[str | None, Summary | None]:
    """The experiment's headline metric over the trials of `entry.arm` that count, None before there are any."""
    metric = headline_of(entry.predicted, settings, entry.metrics)
    return metric, None if metric is None else entry.metrics[metric]


LOG_HEAD = ("state", "name", "title", "metric", "trials", "age")


def log(entries: Sequence[Entry], settings: Settings, *, now: datetime, graph: bool) -> list[tuple[str, ...]]:
    """One row an experiment; with `graph` children stand below the experiment that they refine."""
    ordered = _by_parent(entries) if graph else [("", e) for e in entries]
    rows: list[tuple[str, ...]] = []
    for prefix, entry in ordered:
        metric, value = headline_value(entry, settings)
        shown = ""
        if metric is not None and value is not None:
            arm = "" if entry.arm == TREATMENT else f"[{entry.arm}]"
            shown = f"{clean(metric)}{arm} {spread(value, settings.precision(metric))}"
        rows.append(
            (
                entry.state,
                prefix + entry.name,
                clean(entry.title),
                shown,
                f"{entry.declared - entry.missing}/{entry.declared}" if entry.missing else str(entry.records),
                age(entry.created, now),
            )
        )
    return rows


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
    """`seed 0, 1, 2`, consecutive ones as `seed 0..99`; the axes of a grid are joined by a semicolon."""
    return "; ".join(f"{axis.name} {_values(axis.values)}{_kind(axis)}" for axis in plan.replicates.axes) or "one"


def _kind(axis: Axis) -> str:
    if axis.unclear:
        return " (taken for independent)"
    by = f" reshuffled by {axis.reshuffled_by}" if axis.reshuffled_by is not None else ""
    return f" ({axis.kind}s{by})" if axis.kind in (FOLD, SPLIT) else ""


def _values(values: Sequence[Value]) -> str:
    whole = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    if len(whole) == len(values) > 5 and whole == list(range(whole[0], whole[0] + len(whole))):
        return f"{whole[0]}..{whole[-1]}"
    shown = ", ".join(format_value(value) for value in values[:12])
    return shown + (f" and {len(values) - 12} more" if len(values) > 12 else "")


def overview(branch: str, states: Mapping[str, int], runs: Sequence[RunState], *, now: datetime) -> str:
    """Where no experiment is checked out: how many there are, and in what state."""
    counts = ", ".join(f"{number} {state}" for state, number in states.items())
    count = sum(states.values())
    lines = [f"on {clean(branch)}: no experiment is checked out"]
    lines += [f"{count} experiment{'s' if count != 1 else ''}: {counts}"] if states else []
    lines += [f"{clean(state.experiment)}: {summary(state, now=now)}" for state in runs]
    return "\n".join([*lines, "", 'next: ledger new "what you expect" begins one']) + "\n"


def status(
    experiment: Experiment,
    rows: Sequence[Declared],
    *,
    unrecorded: Sequence[str],
    dirty: Sequence[str],
    runs: Sequence[RunState],
    killed: Sequence[RunState],
    elsewhere: Sequence[RunState] = (),
    outdated: str | None,
    refusal: LedgerError | None = None,
    now: datetime,
    total: int | None,
) -> str:
    """Where am I: what is declared, what has become of it, and what to do next."""
    plan = experiment.plan
    lines = [f"{experiment.name}: {clean(plan.title)} ({experiment.state})"]
    lines += [f"  predicts {p}" for p in plan.predictions]
    table = []
    for arm in dict.fromkeys(row.variant for row in rows):
        states = [row.state for row in rows if row.variant == arm]
        counts = [f"{states.count(s)} {s}" for s in (SUCCEEDED, FAILED, STALE, MISSING) if s in states]
        table.append([arm, f"{states.count(SUCCEEDED)}/{len(states)}", ", ".join(counts)])
    lines += ["", *columns(table, indent=2, right=(1,), total=total)]
    lines += [f"  {summary(state, now=now)}" for state in runs]
    lines += [f"    {trial.trial}  {trial.stage or 'preparing'}" for state in runs for trial in state.running]
    if not runs:
        lines += [line for state in killed for line in cut_off(state, now=now)]
    lines += [unseen(state, now=now) for state in elsewhere]
    uncollected = sum(not r.collected for r in experiment.trials)
    if uncollected and not runs:
        lines.append(f"  {uncollected} finished, not on the branch yet: ledger run collects them")
    if unrecorded:
        lines += ["", f"unrecorded results in the work tree: {', '.join(map(clean, unrecorded[:6]))}"]
    if dirty:
        lines += ["", f"uncommitted changes: {', '.join(map(clean, dirty[:6]))}"]
    lines += _not_numbers(rows)
    lines += [f"! the verdict is out of date: {outdated}"] if outdated is not None else []
    lines += [f"! {clean(refusal.message)}"] if refusal is not None else []
    lines += [f"! {clean(problem)} (passed over)" for problem in experiment.passed_over]
    following = f"ledger status {experiment.name} --watch follows the run, --stop ends it" if runs else None
    following = following or (None if refusal is None else refusal.hint)
    following = following or _next(experiment, rows, unrecorded, dirty, judged=outdated is None)
    lines += ["", f"next: {following}"]
    return "\n".join(lines) + "\n"


def _not_numbers(rows: Sequence[Declared]) -> list[str]:
    """Which metrics of trials that succeeded are NaN or infinite, a line a metric."""
    found: dict[str, list[str]] = {}
    for record in (row.record for row in rows if row.state == SUCCEEDED and row.record is not None):
        for name, value in record.metrics.items():
            if not math.isfinite(value):
                found.setdefault(name, []).append(record.trial.id)
    return [
        f"! no finite {clean(name)} in {', '.join(ids[:3])}{f' and {len(ids) - 3} more' if len(ids) > 3 else ''}: "
        "failed as far as it goes"
        for name, ids in found.items()
    ]


def _next(
    experiment: Experiment, rows: Sequence[Declared], unrecorded: Sequence[str], dirty: Sequence[str], *, judged: bool
) -> str:
    states = [row.state for row in rows]
    if experiment.deleted:
        return f"fetch its branch, or ledger archive {experiment.name} --undo where it was deleted"
    if experiment.archived:
        return f"ledger archive {experiment.name} --undo brings its branch back"
    if unrecorded:
        return "ledger record keeps what dvc repro made"
    if dirty:
        return 'ledger run -m "what you changed" commits and runs'
    if MISSING in states or STALE in states:
        count = states.count(MISSING) + states.count(STALE)
        return f"ledger run ({count} trial{'s' if count != 1 else ''})"
    if FAILED in states:
        return "ledger run --again tries the failed trials again"
    if experiment.landed:
        return "nothing: it has landed"
    if not judged:
        return "ledger conclude computes the verdict again"
    if experiment.outcome is not None:
        return f"ledger land brings it into the main branch ({experiment.state})"
    if experiment.plan.predictions:
        return "ledger diff shows what came of it, ledger conclude computes the verdict"
    return "ledger diff shows what came of it"
