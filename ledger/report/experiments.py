"""Experiments as text: a line of the log, the state of the one that is checked out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ledger.analysis.progress import FAILED, MISSING, STALE, SUCCEEDED, Declared, counting, of_plan
from ledger.model.experiment import Experiment
from ledger.model.hypothesis import TREATMENT, Plan
from ledger.model.parameters import Value, format_value
from ledger.model.run_state import RunState
from ledger.model.settings import Settings
from ledger.report.numbers import age, headline, spread
from ledger.report.progress import summary
from ledger.report.text import clean, columns
from ledger.stats.summary import Summary, summarise


def headline_value(experiment: Experiment, settings: Settings) -> tuple[str | None, Summary | None]:
    """The experiment's headline metric over its treatment's latest trials, None before there are any."""
    good = [r for r in experiment.of(TREATMENT) if r.trial.succeeded]
    if not good:
        return None, None
    latest = max(good, key=lambda r: r.trial.started).trial
    chosen = of_plan(counting(good, latest.fingerprint), experiment.plan).values()
    metric = headline(experiment.plan, settings, latest.metrics)
    if metric is None:
        return None, None
    return metric, summarise(r.trial.metrics[metric] for r in chosen if metric in r.trial.metrics)


LOG_HEAD = ("state", "name", "title", "metric", "trials", "age")


def log(experiments: Sequence[Experiment], settings: Settings, *, now: datetime, graph: bool) -> list[tuple[str, ...]]:
    """One row an experiment; with `graph` children stand below the experiment that they refine."""
    ordered = _by_parent(experiments) if graph else [("", e) for e in experiments]
    rows: list[tuple[str, ...]] = []
    for prefix, experiment in ordered:
        metric, value = headline_value(experiment, settings)
        shown = (
            "" if metric is None or value is None else f"{clean(metric)} {spread(value, settings.precision(metric))}"
        )
        rows.append(
            (
                experiment.outcome or experiment.status,
                prefix + experiment.name,
                clean(experiment.plan.title),
                shown,
                str(len(experiment.trials)),
                age(experiment.plan.created, now),
            )
        )
    return rows


def _by_parent(experiments: Sequence[Experiment]) -> list[tuple[str, Experiment]]:
    """The experiments with the drawing before their names: newest roots first, children in order of creation."""
    names = {e.name for e in experiments}
    children: dict[str | None, list[Experiment]] = {}
    for experiment in reversed(experiments):
        parent = experiment.plan.parent if experiment.plan.parent in names else None
        children.setdefault(parent if parent != experiment.name else None, []).append(experiment)
    ordered: list[tuple[str, Experiment]] = []
    placed: set[str] = set()

    def place(experiment: Experiment, lead: str, own: str) -> None:
        if experiment.name in placed:
            return
        placed.add(experiment.name)
        ordered.append((own, experiment))
        below = children.get(experiment.name, [])
        for number_, child in enumerate(below, 1):
            last = number_ == len(below)
            place(child, lead + ("   " if last else "│  "), lead + ("└─ " if last else "├─ "))

    for root in reversed(children.get(None, [])):
        place(root, "", "")
    for experiment in experiments:
        # parents that name each other in a circle have no root
        place(experiment, "", "")
    return ordered


def described_axes(plan: Plan) -> str:
    """`seed 0, 1, 2`, consecutive ones as `seed 0..99`; the axes of a grid are joined by a semicolon."""
    return "; ".join(f"{axis.name} {_values(axis.values)}" for axis in plan.replicates.axes) or "one"


def _values(values: Sequence[Value]) -> str:
    whole = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    if len(whole) == len(values) > 5 and whole == list(range(whole[0], whole[0] + len(whole))):
        return f"{whole[0]}..{whole[-1]}"
    shown = ", ".join(format_value(value) for value in values[:12])
    return shown + (f" and {len(values) - 12} more" if len(values) > 12 else "")


def overview(branch: str, experiments: Sequence[Experiment], runs: Sequence[RunState], *, now: datetime) -> str:
    """Where no experiment is checked out: how many there are, and in what state."""
    states = [e.outcome or e.status for e in experiments]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    count = len(experiments)
    lines = [f"on {clean(branch)}: no experiment is checked out"]
    lines += [f"{count} experiment{'s' if count != 1 else ''}: {counts}"] if experiments else []
    lines += [f"{clean(state.experiment)}: {summary(state, now=now)}" for state in runs]
    return "\n".join([*lines, "", 'next: ledger new "what you expect" begins one']) + "\n"


def status(
    experiment: Experiment,
    rows: Sequence[Declared],
    *,
    unrecorded: Sequence[str],
    dirty: Sequence[str],
    runs: Sequence[RunState],
    now: datetime,
    total: int,
) -> str:
    """Where am I: what is declared, what has become of it, and what to do next."""
    plan = experiment.plan
    lines = [f"{experiment.name}: {clean(plan.title)} ({experiment.outcome or experiment.status})"]
    lines += [f"  predicts {p}" for p in plan.predictions]
    table = []
    for arm in dict.fromkeys(row.variant for row in rows):
        states = [row.state for row in rows if row.variant == arm]
        counts = [f"{states.count(s)} {s}" for s in (SUCCEEDED, FAILED, STALE, MISSING) if s in states]
        table.append([arm, f"{states.count(SUCCEEDED)}/{len(states)}", ", ".join(counts)])
    lines += ["", *columns(table, indent=2, right=(1,), total=total)]
    lines += [f"  {summary(state, now=now)}" for state in runs]
    lines += [f"    {trial.trial}  {trial.stage or 'preparing'}" for state in runs for trial in state.running]
    uncollected = sum(not r.collected for r in experiment.trials)
    if uncollected and not runs:
        lines.append(f"  {uncollected} finished, not on the branch yet: ledger run collects them")
    if unrecorded:
        lines += ["", f"unrecorded results in the work tree: {', '.join(map(clean, unrecorded[:6]))}"]
    if dirty:
        lines += ["", f"uncommitted changes: {', '.join(map(clean, dirty[:6]))}"]
    lines += [f"! {clean(problem)} (passed over)" for problem in experiment.problems]
    following = f"ledger status {experiment.name} --watch follows the run, --stop ends it" if runs else None
    lines += ["", f"next: {following or _next(experiment, rows, unrecorded, dirty)}"]
    return "\n".join(lines) + "\n"


def _next(experiment: Experiment, rows: Sequence[Declared], unrecorded: Sequence[str], dirty: Sequence[str]) -> str:
    states = [row.state for row in rows]
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
    if experiment.outcome is not None:
        return f"ledger land brings it into the main branch ({experiment.outcome})"
    if experiment.plan.predictions:
        return "ledger diff shows what came of it, ledger conclude computes the verdict"
    return "ledger diff shows what came of it"
