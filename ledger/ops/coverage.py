"""Which combinations of parameters have been tried, and which never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledger.analysis.coverage.answer import Coverage
from ledger.analysis.coverage.answer import coverage as counted
from ledger.analysis.coverage.tried import CoverageOptions
from ledger.model.remarks import Kind, Remark
from ledger.repo.coverage import gather
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target


def coverage(
    ledger: Ledger, asked: CoverageOptions, names: Sequence[str] = (), *, where: str | None = None
) -> Coverage:
    """The coverage by the trials and plans of the named experiments, arms or trials; without names, of all experiments.

    `where`: only trials for which the expression is true. Raises LedgerError where there is nothing to count.
    """
    targets = [ledger.target(text) for text in names]
    found = gather(ledger, targets, where)
    made = counted(found.tried, asked, found.is_replicate)
    more = {Kind.VOIDED_NOT_COUNTED: found.voided, Kind.PLANNED_NOT_READ: found.unread}
    notes = (*made.notes, *(Remark.of(kind, count=n) for kind, n in more.items() if n))
    return replace(made, notes=notes, start=_start(ledger, targets))


def _start(ledger: Ledger, targets: Sequence[Target]) -> str | None:
    """Where what is proposed goes on: at the one experiment that was named; at main where HEAD is on an experiment."""
    named = {target.experiment.name for target in targets if target.experiment is not None}
    if len(named) == 1:
        return named.pop()
    return ledger.snapshot.main if ledger.plain_branch() is None else None
