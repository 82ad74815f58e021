"""An experiment that was made to confirm a finding, with what was known of the finding by then."""

from __future__ import annotations

from ledger.analysis.plans.created import Created
from ledger.analysis.selected import Selected
from ledger.model.frozen import frozen


@frozen
class Confirming:
    """`finding` and `baseline`: the two arms by their names; `selected`: what the first is worth.

    `power`: so many replicates the power wanted takes, None where that is not known or no number does. `attempt`: the
    how-manieth at this arm it is.
    """

    created: Created
    finding: str
    baseline: str
    selected: Selected
    power: int | None
    attempt: int
