"""A new experiment, with what its author may want to know before the first trial."""

from __future__ import annotations

from ledger.analysis.outlook import Outlook
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
