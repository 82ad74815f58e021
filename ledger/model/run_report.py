"""What a run did: the trials that it recorded, what it brought onto the branch, and what is left."""

from __future__ import annotations

from ledger.errors import LedgerError
from ledger.model.finding import Found
from ledger.model.frozen import frozen
from ledger.model.remarks import Remark
from ledger.model.trial import Trial


@frozen
class Collected:
    """The run commit and the tag of trials that were brought onto their branch.

    `remarks`: outputs that were left as they are, or could not be checked out.
    """

    commit: str
    tag: str
    trials: int
    remarks: tuple[Remark, ...]


@frozen
class RunReport:
    """What a run did.

    `trials`: in the order of the plan. `earlier`: trials that an earlier run had left to collect. `uncollected`: why
    those of this run are not on the branch yet, though they are recorded. `elsewhere`: trials
    that another run is working on, or has recorded. `lost`: trials that were cut off twice from outside. The counts
    are of the trials that were asked for, whoever was to run them: `unfinished` have no result now, of which `stale`
    are of a branch that has changed since, `missing` were never tried, and `skipped_failures` failed at this state.
    `warnings`: each with the trials that it is about. `finding`: of a search, what it has found; it has `ended` where
    it asks for no more.
    """

    name: str
    trials: tuple[Trial, ...]
    skipped_failures: int
    unfinished: int
    stale: int
    missing: int
    elsewhere: tuple[str, ...]
    lost: tuple[str, ...]
    earlier: Collected | None
    collected: Collected | None
    uncollected: LedgerError | None
    warnings: tuple[tuple[Remark, tuple[str, ...]], ...]
    finding: Found | None = None
    ended: bool = True

    @property
    def complete(self) -> bool:
        """Whether every trial that was asked for has a result on the branch; of a search, whether it has an answer."""
        if self.finding is not None:
            return self.uncollected is None and self.ended and self.finding.answered
        return self.uncollected is None and not self.unfinished

    @property
    def failed(self) -> tuple[Trial, ...]:
        """The trials that have no result."""
        return tuple(trial for trial in self.trials if not trial.succeeded)
