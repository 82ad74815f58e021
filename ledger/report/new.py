"""A new experiment in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.analysis.designs import planned
from ledger.analysis.plans.created import Created
from ledger.model.listing import listed
from ledger.model.plan import BASELINE, TREATMENT, Plan
from ledger.model.search import STEP
from ledger.model.tune_search import TuneSearch
from ledger.model.typed_values import assigned
from ledger.report.changes import Told
from ledger.report.data_changes import described as of_data
from ledger.report.experiments import described_axes
from ledger.report.power import note
from ledger.report.remarks import sentences
from ledger.report.tune_search import described

# so wide may the names of the arms be on the line that counts the trials
_ARMS_WIDTH = 48
# and how many lines say what data arms have
_LINES = 8


def told(created: Created) -> Told:
    """Where the experiment is, what it predicts, how many trials it asks for, and what to do next."""
    plan = created.plan
    arms = [v.name for v in plan.variants if v.experiment is None]
    trials = len(arms) * len(plan.replicates.points())
    size = f"{trials} trial{'s' if trials > 1 else ''}"
    axes = " at " + described_axes(plan) if plan.replicates.axes else ""
    if plan.search is not None and plan.search.kind == STEP:
        size, axes = f"up to {plan.search.budget} trials", f" over {plan.search.axis}"
    fitting = max(1, sum(1 for at in range(len(arms)) if len(", ".join(arms[: at + 1])) <= _ARMS_WIDTH))
    shown = listed(arms, fitting)
    standing = TREATMENT if plan.variant(TREATMENT) else BASELINE
    # the next command is about the branch that is checked out unless it names another
    run = "ledger run" if created.switched else f"ledger run {plan.name}"
    lines = [
        f"{plan.name}: branch {created.branch}, from {created.start} ({plan.base[:10]})",
        *(f"  predicts {p}" for p in plan.predictions),
        *([f"  {size}: {shown}{' each' if len(arms) > 1 and axes else ''}{axes}"] if plan.tunes is None else []),
        *(_tuned(plan, plan.tunes) if plan.tunes is not None else []),
        *_data(plan),
        *(
            [f"  {standing} is {created.merged} of the grid: the branch has its values already"]
            if created.merged
            else []
        ),
        f"next: say why in experiments/{plan.name}/hypothesis.md, {'' if created.sets else 'change the code, '}{run}",
    ]
    return Told(answer="\n".join(lines), notes=notes(created))


def _tuned(plan: Plan, search: TuneSearch) -> Iterator[str]:
    """What is tuned, where it begins, and what is known already."""
    yield from (f"  {line}" for line in described(search))
    if plan.replicates.axes:
        yield f"  the best of them at {described_axes(plan)}, others at the first of these"
    if search.current is not None:
        yield f"  starts with the current values: {assigned(search.current)}"


def _data(plan: Plan) -> list[str]:
    """A line for each arm of other data; the arms of a search are its versions."""
    lines = [f"  {v.name}: {of_data(v)}" for v in plan.variants if v.data and plan.search is None]
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], f"  … and {len(lines) - _LINES + 1} more"]


def notes(created: Created) -> tuple[str, ...]:
    """What the author may want to know before the first trial."""
    _, n = planned(created.plan.replicates)
    return (
        *(f"note: {text}" for text in sentences(created.remarks)),
        *(f"note: {note(outlook, n, created.plan.replicates)}" for outlook in created.outlooks),
    )


def shape(created: Created) -> dict[str, Any]:
    """The shape of `new --json`."""
    plan = created.plan
    return {
        "name": plan.name,
        "branch": created.branch,
        "base": plan.base,
        "parent": plan.parent,
        "commit": created.commit,
    }
