"""Two experiments, arms or revisions compared."""

from __future__ import annotations

from ledger.analysis.diff import Diff
from ledger.repo import compared_arms
from ledger.repo.comparison import compare
from ledger.repo.ledger import Ledger


def diff(ledger: Ledger, a: str | None, b: str | None) -> Diff:
    """What differs between two arguments, with their results; see `compared_arms.targets`. Raises LedgerError."""
    left, right = compared_arms.targets(ledger, a, b, "diff")
    found = compare(ledger, left, right, patches=True)
    if ledger.settings.cases is None:
        return found
    # numpy is imported where there is something to be read
    from ledger.repo.diff_cases import with_cases

    return with_cases(ledger, found, left, right)
