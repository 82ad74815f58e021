"""What all pages but its own know of an experiment: small, so that ten thousand are in memory together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from ledger.model.confirmation import Tested, with_tested
from ledger.model.finding import Found
from ledger.model.frozen import frozen
from ledger.model.summary import Summary
from ledger.model.verdict import Judged, stated


@frozen
class Brief:
    """One experiment in brief.

    - `arm`: the one that it is about; `leading`: the metrics of its trials that count, `baseline` those of the
      baseline's. `better` says in which direction a metric is better, as far as the predictions tell.
    - `concluded`: when its verdict was committed, None before there is one.
    - `predictions`: those of the plan; `predicted`: their metrics; `judged`: what the verdict says of them, none before
      there is one.
    - `finding`: what a search has found; `found`: the same in a word or two.
    - `interpretation`: the beginning of what its author makes of the verdict, as markdown.
    - `tested`: what later experiments have confirmed of it or have not, an entry an arm.
    - `missing`: the declared trials without a result; `problems`: the files of it that were skipped.
    """

    name: str
    title: str
    author: str
    tags: tuple[str, ...]
    status: str
    outcome: str | None
    confirmatory: bool | None
    exploratory: bool
    found: str | None
    finding: Found | None
    interpretation: str
    parent: str | None
    created: datetime
    arm: str
    predicted: tuple[str, ...]
    predictions: tuple[str, ...]
    judged: tuple[Judged, ...]
    better: Mapping[str, str]
    leading: Mapping[str, Summary]
    baseline: Mapping[str, Summary]
    trials: int
    failed: int
    missing: int
    problems: tuple[str, ...]
    tested: tuple[Tested, ...] = ()
    concluded: datetime | None = None

    @property
    def state(self) -> str:
        """The verdict's outcome, of a search its answer, before there is one how far the experiment has come; behind it
        whether the finding was confirmed, where somebody has tried.
        """
        own = self.status if self.outcome is None else stated(self.outcome, self.confirmatory)
        return with_tested(self.found or own, self.tested, self.arm)

    @property
    def kind(self) -> str:
        """How it is marked: supported, refuted or inconclusive, `found` where a search has an answer, else open."""
        if self.finding is not None:
            return "found" if self.finding.answered else "open"
        return self.outcome or "open"

    @property
    def moment(self) -> datetime:
        """When something was last learned of it: when it was concluded, else when it was made."""
        return self.concluded or self.created


def children(briefs: Iterable[Brief]) -> dict[str, tuple[Brief, ...]]:
    """The experiments that refine each, by the name of what they refine."""
    found: dict[str, list[Brief]] = {}
    for one in briefs:
        if one.parent is not None:
            found.setdefault(one.parent, []).append(one)
    return {name: tuple(below) for name, below in found.items()}
