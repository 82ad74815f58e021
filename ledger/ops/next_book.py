"""What `ledger.open` gives beside an experiment's life: what to believe of it, and what to look at next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ledger.repo.ledger import Ledger

if TYPE_CHECKING:
    # who reads a ledger does not wait for what computes
    from ledger.analysis.importance import Importance
    from ledger.analysis.plans.created import Confirming
    from ledger.model.confirmation import Standing


class NextBook(Ledger):
    """A ledger with `standing`, `confirm` and `importance` as methods; each raises LedgerError as the command would."""

    def standing(self, experiment: str | None = None) -> Standing:
        """How it stands as of now: its outcome, whether that still holds, and whether others have confirmed it."""
        from ledger.repo.standings import standing

        return standing(self, self.experiment(experiment))

    def confirm(
        self,
        target: str | None = None,
        *,
        where: str | None = None,
        metric: str | None = None,
        margin: float | None = None,
        seeds: int | None = None,
        name: str | None = None,
        switch: bool = True,
    ) -> Confirming:
        """Begin an experiment that puts the best arm to the test. `ledger.ops.confirm.confirm` takes all else."""
        from ledger.ops.confirm import confirm
        from ledger.repo.confirming.request import ConfirmRequest

        asked = ConfirmRequest(
            target=target, where=where, metric=metric, margin=margin, seeds=seeds, name=name, switch=switch
        )
        return confirm(self, asked, now=datetime.now(UTC))

    def importance(self, metric: str, *, where: str | None = None, top: float = 0.25) -> Importance:
        """Which parameters the metric depends on, over the arms that were tried at one state of code and data."""
        from ledger.ops.importance import importance

        return importance(self, metric, where=where, top=top)
