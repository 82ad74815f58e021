"""A new experiment, with what its author may want to know before the first trial."""

from __future__ import annotations

from ledger.analysis.outlook import Outlook
from ledger.analysis.selected import Selected
from ledger.model.frozen import frozen
from ledger.model.plan import Plan
from ledger.model.remarks import Remark


@frozen
class Created:
    """`start`: what it was forked from, in words; `switched`: the work tree is on its branch.

    `sets`: the plan sets or tunes parameters, so that code need not change; `merged`: the combination of its grid
    that the branch has already. `outlooks`: what the replicates can see of each prediction, as far as the noise is
    known.
    """

    plan: Plan
    branch: str
    start: str
    commit: str
    switched: bool
    sets: bool
    merged: str | None
    remarks: tuple[Remark, ...] = ()
    outlooks: tuple[Outlook, ...] = ()


@frozen
class Confirming:
    """An experiment that was made to confirm a finding, with what was known of the finding by then.

    `finding` and `baseline`: the two arms by their names; `selected`: what the first is worth.

    `power`: how many replicates the power wanted takes, None where that is not known or no number does. `attempt`: the
    how-manieth at this arm it is.
    """

    created: Created
    finding: str
    baseline: str
    selected: Selected
    power: int | None
    attempt: int
