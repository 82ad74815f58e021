"""What a bisection would search, and what that may cost."""

from __future__ import annotations

from ledger.analysis.bisection.expected import Cost, expected
from ledger.analysis.outlook import RECENT
from ledger.repo.bisection.planning import Draft
from ledger.repo.ledger import Ledger
from ledger.stats.contrast import mean


def of(ledger: Ledger, draft: Draft) -> Cost:
    """The cost of a plan that is not an experiment yet; a training takes as long as those recorded last have."""
    recent = (record.trial for one in ledger.recent(RECENT) for record in one.trials)
    seconds = [trial.seconds for trial in recent if trial.succeeded and trial.seconds is not None]
    return Cost(
        name=draft.request.name or "",
        search=draft.search,
        places=draft.places,
        expected=expected(draft.search),
        seconds=mean(seconds) if seconds else None,
        remarks=draft.remarks,
    )
