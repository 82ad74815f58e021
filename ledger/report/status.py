"""Where am I, as a document: what is declared, what has become of it, and what to do next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from ledger.analysis.answers import Overview, SearchStatus, Status
from ledger.analysis.progress import FAILED, MISSING, STALE, SUCCEEDED, DeclaredTrial
from ledger.analysis.searching import finding
from ledger.model.experiment import Experiment
from ledger.model.listing import counted, listed
from ledger.model.remarks import Kind, Remark
from ledger.model.settings import Settings
from ledger.report import search, step_search
from ledger.report.blocks import Block, Document, Heading, Items, Mark, Prose, Table
from ledger.report.progress import cut_off, summary, unseen
from ledger.report.remarks import sentence
from ledger.report.shapes import status as shapes

# how many files are named
_FEW = 6


def overview(found: Overview, *, now: datetime) -> Document:
    """Where no experiment is checked out: how many there are, and in what state."""
    count = sum(found.states.values())
    counts = ", ".join(f"{number} {state}" for state, number in found.states.items())
    lines = [f"{counted(count, 'experiment')}: {counts}"] if found.states else []
    lines += [f"{state.experiment}: {summary(state, now=now)}" for state in found.runs]
    title = f"on {found.branch}: no experiment is checked out"
    return Document(
        title=title,
        blocks=(
            Heading(text=title, level=1),
            Items(items=tuple(lines), near=True),
            Prose(text='next: ledger new "what you expect" begins one'),
        ),
        data=shapes.overview(found),
    )


def document(found: Status, settings: Settings, *, now: datetime) -> Document:
    """One experiment: its arms, its runs, what is wrong, and the next command."""
    experiment, rows, runs = found.experiment, found.declared, found.runs
    title = f"{experiment.name}: {experiment.plan.title} ({experiment.state})"
    blocks: list[Block] = [
        Heading(text=title, level=1),
        Items(items=tuple(f"predicts {p}" for p in experiment.plan.predictions), indent=2, near=True),
        *([_arms(rows)] if found.search is None else _search(found.search, experiment, settings)),
        Items(items=tuple(summary(state, now=now) for state in runs), indent=2, near=True),
        Items(
            items=tuple(f"{t.trial}  {t.stage or 'preparing'}" for state in runs for t in state.running),
            indent=4,
            near=True,
        ),
    ]
    if not runs:
        for state in found.killed:
            said = [f"what it had said: {state.log}"] if state.log else []
            blocks += [_wrong([cut_off(state, now=now)]), Items(items=tuple(said), indent=2, near=True)]
    blocks.append(_wrong([unseen(state, now=now) for state in found.elsewhere]))
    uncollected = sum(not r.collected for r in experiment.trials)
    if uncollected and not runs:
        waiting = f"{uncollected} finished, not on the branch yet: ledger run collects them"
        blocks.append(Prose(text=waiting, indent=2, near=True))
    if found.unrecorded:
        blocks.append(Prose(text=f"unrecorded results in the work tree: {listed(found.unrecorded, _FEW)}"))
    if found.dirty:
        blocks.append(Prose(text=f"uncommitted changes: {listed(found.dirty, _FEW)}"))
    stale = sum(row.state == STALE for row in rows) if found.search is not None else 0
    said_wrong = [
        *([sentence(Remark.of(Kind.SEARCH_CHANGED, count=stale))] if stale else []),
        *_not_numbers(rows),
        *([f"the verdict is out of date: {sentence(found.outdated)}"] if found.outdated is not None else []),
        *([found.refusal.message] if found.refusal is not None else []),
        *(f"{problem} (skipped)" for problem in (*experiment.passed_over, *experiment.too_new)),
    ]
    blocks += [_wrong(said_wrong), Prose(text=f"next: {_next(found)}")]
    return Document(title=title, blocks=tuple(blocks), data=shapes.status(found))


def _search(found: SearchStatus, experiment: Experiment, settings: Settings) -> list[Block]:
    """What a search says so far, how sure it is, what it is expected to cost still, and its versions."""
    state = found.state
    now = finding(state)
    # `ledger confirm` asks for a name
    name = experiment.name if experiment.plan.tunes is not None else ""
    said = [search.said(now, state.search, settings), *search.remarks(now, state.search, name)]
    if not state.finished:
        said.append(step_search.coming(found.coming, found.each))
    table = search.table(state, settings)
    return [Items(items=tuple(said), indent=2, near=True), *([table] if table.rows else [])]


def _wrong(said: Sequence[str]) -> Items:
    return Items(items=tuple(said), mark=Mark.WRONG, near=True)


def _arms(rows: Sequence[DeclaredTrial]) -> Table:
    """One row per arm: how many of its trials have succeeded, and what has become of them all."""
    table = []
    for arm in dict.fromkeys(row.variant for row in rows):
        states = [row.state for row in rows if row.variant == arm]
        counts = [f"{states.count(s)} {s}" for s in (SUCCEEDED, FAILED, STALE, MISSING) if s in states]
        table.append((arm, f"{states.count(SUCCEEDED)}/{len(states)}", ", ".join(counts)))
    return Table(head=("arm", "done", "trials"), rows=tuple(table), right=(1,), headed=False, indent=2)


def _not_numbers(rows: Sequence[DeclaredTrial]) -> list[str]:
    """Which metrics of trials that succeeded are NaN or infinite, one line per metric."""
    found: dict[str, list[str]] = {}
    for record in (row.record for row in rows if row.state == SUCCEEDED and row.record is not None):
        for name, value in record.metrics.items():
            if not math.isfinite(value):
                found.setdefault(name, []).append(record.trial.id)
    return [f"no finite {name} in {listed(ids, 3)}: counted as failed for this metric" for name, ids in found.items()]


def _next(found: Status) -> str:
    experiment = found.experiment
    if found.runs:
        return f"ledger status {experiment.name} --watch follows the run, --stop ends it"
    if found.refusal is not None and found.refusal.hint:
        return found.refusal.hint
    states = [row.state for row in found.declared]
    if experiment.deleted:
        return f"fetch its branch, or ledger archive {experiment.name} --undo where it was deleted"
    if experiment.archived:
        return f"ledger archive {experiment.name} --undo brings its branch back"
    if found.unrecorded and experiment.plan.tunes is not None:
        return "git restore (or git clean) drops what dvc repro made, ledger run runs the search's own trials"
    if found.unrecorded:
        return "ledger record keeps what dvc repro made"
    if found.dirty:
        return 'ledger run -m "what you changed" commits and runs'
    if found.search is not None and not found.search.state.finished:
        return "ledger run continues the search"
    if MISSING in states or STALE in states:
        count = states.count(MISSING) + states.count(STALE)
        return f"ledger run ({counted(count, 'trial')})"
    if FAILED in states:
        return "ledger run --again tries the failed trials again"
    if found.outdated is not None and experiment.branch is not None:
        return "ledger conclude computes the verdict again"
    if experiment.landed:
        return "nothing: it has landed"
    if found.search is not None and experiment.outcome is None:
        return "ledger conclude commits the verdict"
    if experiment.outcome is not None:
        return f"ledger land brings it into the main branch ({experiment.state})"
    if experiment.plan.predictions:
        return "ledger diff compares the results, ledger conclude computes the verdict"
    return "ledger diff compares the results"
