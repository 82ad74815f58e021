"""`ledger suggest`: what to try next, from the trials that are recorded."""

from __future__ import annotations

from ledger.analysis.tuning.suggestion import suggest as from_tried
from ledger.repo.ledger import Ledger
from ledger.repo.tuning.suggesting import SuggestRequest, ground
from ledger.report.suggest import Suggested


def suggest(ledger: Ledger, asked: SuggestRequest) -> Suggested:
    """The next configurations. Raises LedgerError where nothing can be learned from; changes nothing."""
    known = ground(ledger, asked)
    found = from_tried(
        known.space,
        known.objective,
        known.gathered.tried,
        model=asked.model,
        source=known.source,
        count=asked.count,
    )
    return Suggested(
        found=found,
        experiments=known.gathered.experiments,
        trials=known.gathered.trials,
        elsewhere=known.gathered.elsewhere,
        outside=tuple(f"{one.label} ({one.parameter})" for one in known.gathered.outside),
        start=known.start,
    )
