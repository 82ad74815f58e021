"""What was confirmed of a finding, in words."""

from __future__ import annotations

from ledger.model.confirmation import OPEN, Tested
from ledger.model.listing import are, listed
from ledger.model.plan import Confirms

# how many experiments a line names
_MOST = 4


def tested(one: Tested) -> str:
    """`treatment: confirmed by again-hi`, `hi: to be confirmed, again-hi has no verdict that counts`."""
    if one.state == OPEN:
        return f"{one.variant}: {one.state}, {are(one.by, _MOST, one='has', many='have')} no verdict that counts"
    return f"{one.variant}: {one.state} by {listed(one.by, _MOST)}"


def finding(confirms: Confirms) -> str:
    """`grid:hi, the best of 8`: what an experiment puts to the test."""
    best = f", the best of {confirms.among}" if confirms.among > 1 else ""
    return f"{confirms.experiment}:{confirms.variant}{best}"
