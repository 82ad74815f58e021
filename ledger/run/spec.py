"""A trial to run, and where a run learns which trials these are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Protocol

from ledger.model import replicates
from ledger.model.data_change import DataChange
from ledger.model.frozen import frozen
from ledger.model.replicates import REPEAT, Point
from ledger.model.trial import Basis, Trial
from ledger.repo.code import Arm


@frozen
class Spec:
    """One trial to run: the arm at a point, with the parameter files as it writes them, by path.

    `data`: what the trial has at which paths instead of what its code has there; the arm's code is the one with it.
    `voided`: a trial of this very state was voided, so that nothing of it may be taken over. `asked`: what the search
    knew that asks for it.
    """

    experiment: str
    variant: str
    point: Point
    attempt: int
    arm: Arm
    texts: Mapping[str, str]
    data: Mapping[str, DataChange] = field(default_factory=dict)
    voided: bool = False
    asked: Basis | None = None

    @property
    def id(self) -> str:
        """`variant/seed-0`, as the record will be called."""
        return f"{self.variant}/{replicates.stem(self.point, self.attempt)}"

    @property
    def past_cache(self) -> bool:
        """Whether DVC's run cache must not answer: a repeat differs from the others in nothing that DVC sees.

        And what was voided would be restored.
        """
        return self.voided or any(axis == REPEAT for axis, _ in self.point)


class SpecSource(Protocol):
    """Says which trials to run: those that a plan declares, or those that follow from what was recorded so far."""

    @property
    def ahead(self) -> int:
        """How many more trials it may give, at most."""

    def next(self, count: int, finished: Sequence[Trial]) -> Sequence[Spec]:
        """Trials that it has not given yet, now that `count` more may begin; `finished` is what this run has recorded.

        It gives more than `count` where they do not depend on results. An empty answer means: ask again when a trial
        has ended; with no trial under way it ends the run.
        """


class DeclaredTrials:
    """The trials that a plan declares: all are given at once."""

    def __init__(self, specs: Sequence[Spec]) -> None:
        self._specs = specs

    @property
    def ahead(self) -> int:
        """All of them before they are given, then none."""
        return len(self._specs)

    def next(self, count: int, finished: Sequence[Trial]) -> Sequence[Spec]:
        """All of them, and none when asked again."""
        given, self._specs = self._specs, ()
        return given
