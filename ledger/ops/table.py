"""The rows of the history that a table is made of."""

from __future__ import annotations

from ledger.analysis.columns import TRIALS, Request
from ledger.analysis.table import Table, select
from ledger.repo.ledger import Ledger
from ledger.repo.models import beside


def table(ledger: Ledger, request: Request) -> tuple[Table, int]:
    """The table that is asked for, and among how many rows it was chosen. Raises LedgerError for an unknown name."""
    rows = beside.rows(ledger, request.level)
    return select(rows, request, ledger.settings, lambda: ledger.index.rows(TRIALS)), len(rows)
