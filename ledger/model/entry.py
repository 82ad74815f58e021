"""A line of the log: what there is to say of an experiment without reading its records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ledger.model.confirmation import Tested, with_tested
from ledger.model.frozen import frozen
from ledger.model.summary import Summary
from ledger.model.verdict import stated


@frozen
class Entry:
    """One experiment in the log.

    `arm` is what its first prediction is about, the treatment where nothing is predicted, and `metrics` sum up the
    trials of that arm that count; `predicted` are the metrics that it predicts, in the plan's order. `declared` counts
    the trials that the plan asks for, `missing` those of them without a result at the state that their arm had last.
    `problems` say which files were skipped, but for the `newer` records of a newer schema.
    `found`: what a search that is concluded has found, in a word or two. `tested`: what later experiments have
    confirmed of it or have not, an entry an arm.
    """

    name: str
    title: str
    status: str
    outcome: str | None
    parent: str | None
    author: str
    tags: tuple[str, ...]
    created: datetime
    branch: str | None
    records: int
    declared: int
    missing: int
    predicted: tuple[str, ...]
    arm: str
    metrics: Mapping[str, Summary]
    problems: tuple[str, ...] = ()
    newer: int = 0
    confirmatory: bool | None = None
    found: str | None = None
    tested: tuple[Tested, ...] = ()

    @property
    def state(self) -> str:
        """The verdict's outcome, of a search its answer, before there is one how far the experiment has come; behind it
        whether the finding was confirmed, where somebody has tried.
        """
        own = self.status if self.outcome is None else stated(self.outcome, self.confirmatory)
        return with_tested(self.found or own, self.tested, self.arm)
