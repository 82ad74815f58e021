"""What a bisection would search, and what that may cost."""

from __future__ import annotations

from ledger.analysis.bisection.expected import Cost, expected
from ledger.repo.bisection.planning import SearchDraft
from ledger.repo.diagnosis.drafts import seconds_a_trial
from ledger.repo.ledger import Ledger


def of(ledger: Ledger, draft: SearchDraft) -> Cost:
    """The cost of a plan that is not an experiment yet; a training takes as long as those recorded last have."""
    return Cost(
        name=draft.request.name or "",
        search=draft.search,
        places=draft.places,
        expected=expected(draft.search),
        seconds=seconds_a_trial(ledger),
        remarks=draft.remarks,
    )
