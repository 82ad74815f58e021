"""`ledger importance`: which parameters a metric depends on."""

from __future__ import annotations

from ledger.analysis.importance import Importance
from ledger.analysis.importance import importance as weighed
from ledger.errors import LedgerError
from ledger.repo.configurations import tried
from ledger.repo.diagnosis.results import better
from ledger.repo.ledger import Ledger


def importance(
    ledger: Ledger, metric: str, *, where: str | None = None, asked: str | None = None, top: float = 0.25
) -> Importance:
    """Which parameters decide whether a configuration is among the best `top` share, over recorded trials.

    `asked`: whether `higher` or `lower` values are better, None where settings or predictions say it. Raises
    LedgerError where too few configurations were tried, or nothing varied.
    """
    if not 0 < top < 1:
        raise LedgerError(f"--top {top:g} is not a share between 0 and 1", hint="--top 25%")
    found = tried(ledger, metric, where)
    return weighed(found.configurations, found.metric, better(ledger, found.metric, asked), top=top, notes=found.notes)
