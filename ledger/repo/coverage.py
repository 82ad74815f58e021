"""The configurations that coverage is counted over: recorded trials, and declared arms that have none yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ledger.analysis.conditions import condition
from ledger.analysis.coverage.tried import State, Tried
from ledger.analysis.fields import Fields
from ledger.analysis.rows import rows_of
from ledger.errors import LedgerError
from ledger.model.experiment import PLANNED, RECORDED, RUNNING, Experiment
from ledger.model.formats import paramfiles
from ledger.model.frozen import frozen
from ledger.model.listing import counted
from ledger.model.parameters import flatten, merge_files
from ledger.model.row import Row
from ledger.model.trial import SUCCEEDED
from ledger.model.void import VOIDED
from ledger.repo.ledger import Ledger
from ledger.repo.plots import plotted
from ledger.repo.repeating import repeats
from ledger.repo.targets import Target

# how many arms without a trial are read, each from its code; the rest are counted
_MOST_PLANNED: Final = 200
# arms of others will not run
_OPEN: Final = (PLANNED, RECORDED, RUNNING)


@frozen
class CoverageTrials:
    """What was tried and what is planned. `voided` trials are not among it, nor `unread` planned arms."""

    tried: tuple[Tried, ...]
    is_replicate: Callable[[str], bool]
    voided: int
    unread: int


def gather(ledger: Ledger, targets: Sequence[Target], where: str | None) -> CoverageTrials:
    """The recorded trials of the targets, or of all experiments, for which an expression is true, and planned arms.

    Raises LedgerError where there is none.
    """
    recorded = plotted.rows(ledger, targets, "trials")
    planned, unread = _planned(ledger, targets, {name for row in recorded for name in row.params})
    rows = [*recorded, *planned]
    if where is not None:
        rows = list(filter(condition(where, Fields(rows, ledger.settings.aliases)), rows))
    kept = [row for row in rows if row.trial_status != VOIDED]
    if not kept:
        among = counted(len(recorded), "recorded trial")
        raise LedgerError(
            f"none of {among} is chosen" if recorded else "no trial has been recorded yet",
            hint="ledger table --trials shows them" if recorded else 'ledger new "what you expect", then ledger run',
        )
    ids = {f"{row.experiment}/{row.trial}" for row in kept}
    return CoverageTrials(
        # a baseline's trial that another experiment repeats was tried once
        tried=tuple(_tried(row) for row in kept if row.reused not in ids),
        is_replicate=repeats(kept, ledger.settings.seed),
        voided=len(rows) - len(kept),
        unread=unread,
    )


def of_experiment(ledger: Ledger, experiment: Experiment) -> CoverageTrials:
    """The same of one experiment alone, as it was read; nothing where it has no trial."""
    rows = rows_of(experiment)
    kept = [row for row in rows.trials if row.trial_status != VOIDED]
    known = {name for row in kept for name in row.params}
    waiting = [row for row in rows.variants if row.recorded == 0] if experiment.status in _OPEN else []
    planned = list(filter(None, (_with_params(ledger, row, known) for row in waiting[:_MOST_PLANNED])))
    return CoverageTrials(
        tried=tuple(map(_tried, [*kept, *planned])) if kept else (),
        is_replicate=repeats(kept, ledger.settings.seed),
        voided=len(rows.trials) - len(kept),
        unread=len(waiting) - len(planned),
    )


def _tried(row: Row) -> Tried:
    if row.trial is None:
        return Tried(params=row.params, state=State.PLANNED)
    return Tried(params=row.params, state=State.SUCCEEDED if row.trial_status == SUCCEEDED else State.FAILED)


def _planned(ledger: Ledger, targets: Sequence[Target], known: set[str]) -> tuple[list[Row], int]:
    """A row for every declared arm without a trial, with all its parameters, and how many such were not read."""
    waiting = _untried(ledger, targets)
    read = [row for name, arm in waiting[:_MOST_PLANNED] for row in _rows(ledger, name) if row.variant == arm]
    known = known | {name for row in read for name in row.params}
    found = list(filter(None, (_with_params(ledger, row, known) for row in read)))
    return found, len(waiting) - len(found)


def _with_params(ledger: Ledger, row: Row, known: set[str]) -> Row | None:
    """A planned arm with all its parameters; None where these cannot be read here."""
    params = _params(ledger, row, known)
    return None if params is None else replace(row, params=params, trial_status=PLANNED)


def _untried(ledger: Ledger, targets: Sequence[Target]) -> list[tuple[str, str]]:
    """The declared arms without a trial, of all experiments or of the targets: the experiment and the arm."""
    if not targets:
        return ledger.index.untried()
    found = []
    for target in targets:
        assert target.experiment is not None
        if target.trial is None and target.experiment.status in _OPEN:
            whole = ":" not in target.text
            rows = [row for row in _rows(ledger, target.experiment.name) if row.recorded == 0]
            found += [(row.experiment, row.variant) for row in rows if whole or row.variant == target.variant]
    return list(dict.fromkeys(found))


def _rows(ledger: Ledger, name: str) -> Sequence[Row]:
    experiment = ledger.find(name)
    return () if experiment is None else rows_of(experiment).variants


def _params(ledger: Ledger, row: Row, known: set[str]) -> dict[str, object] | None:
    """The parameters with which an arm would run, of those that somebody has recorded or declared."""
    try:
        experiment = ledger.find(row.experiment)
        variant = None if experiment is None else experiment.plan.variant(row.variant)
        if experiment is None or variant is None:
            return None
        texts = ledger.arm(experiment, variant).texts
    except LedgerError:
        # its code is not in this clone, or lacks the parameter
        return None
    flat = merge_files({path: flatten(paramfiles.parse(path, text)) for path, text in texts.items()})
    return {name: value for name, value in flat.items() if name in known}
