"""What later experiments say of a finding: whether it was confirmed on fresh replicates, as of now.

It is a fact of the experiment that found it, and is computed from the records of those that put it to the test. Nothing
of it is written into the first one's verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from ledger.model.frozen import frozen
from ledger.model.listing import counted
from ledger.model.plan import Confirms
from ledger.model.remarks import Kind, Remark

CONFIRMED = "confirmed"
NOT_CONFIRMED = "not confirmed"
OPEN = "to be confirmed"
"""A confirmation was begun, and none has a verdict that counts."""

# evidence that was taken back since the verdict
_TAKEN_BACK = (Kind.VOIDED_SINCE, Kind.OTHERS_VOIDED_SINCE)


@frozen
class Confirmation:
    """An experiment that puts an arm of another to the test, and what it says of it so far.

    - `of`: what it is to confirm. `created`: when it was planned; `looks`: how many are allowed for by its plan.
    - `outcome` and `confirmatory`: those of its stored verdict, None before there is one.
    - `holds`: whether that verdict is still the one of its plan and records.
    - `same`: it tried the arm in the state in which the first experiment has it now (one fingerprint).
    - `fresh`: none of its trials has a replicate at which the first had tried that state.
    """

    name: str
    of: Confirms
    created: datetime
    looks: int
    outcome: str | None
    confirmatory: bool | None
    holds: bool
    same: bool
    fresh: bool


@frozen
class Tested:
    """What the confirmations of one arm say together: `state` is CONFIRMED, NOT_CONFIRMED or OPEN.

    `by`: the experiments that decide it; where it is open those that were begun, whose verdicts do not count, or not
    yet.
    """

    variant: str
    state: str
    by: tuple[str, ...]


def with_tested(state: str, tested: Sequence[Tested], about: str) -> str:
    """The state of an experiment with what was confirmed: `supported, confirmed`, `recorded, 1 arm not confirmed`.

    `about`: the arm that stands for it; others are counted. What is still open is left out.
    """
    own = [one.state for one in tested if one.variant == about and one.state != OPEN]
    others = Counter(one.state for one in tested if one.variant != about and one.state != OPEN)
    counted_ = (f"{counted(others[kind], 'arm')} {kind}" for kind in (CONFIRMED, NOT_CONFIRMED) if others[kind])
    return ", ".join([state, *own, *counted_])


@frozen
class Standing:
    """How an experiment stands as of now.

    - `outcome` and `confirmatory`: those of its stored verdict, None before there is one; `found`: of a search its
      answer in a word or two.
    - `outdated`: why that verdict is no longer the one of its plan and records, None where it is.
    - `tested`: what was confirmed of it or was not, an entry an arm, that of the arm it is about first.
    """

    experiment: str
    outcome: str | None
    confirmatory: bool | None
    found: str | None = None
    outdated: Remark | None = None
    tested: tuple[Tested, ...] = ()

    @property
    def retracted(self) -> bool:
        """Whether evidence that its verdict rests on was taken back since: trials of it, or of others, were voided."""
        return self.outdated is not None and self.outdated.kind in _TAKEN_BACK

    def of(self, variant: str) -> Tested | None:
        """What was confirmed of one arm or was not, None where nobody has tried."""
        return next((one for one in self.tested if one.variant == variant), None)

    @property
    def failed(self) -> tuple[Tested, ...]:
        """The arms of which a confirmation has failed."""
        return tuple(one for one in self.tested if one.state == NOT_CONFIRMED)
