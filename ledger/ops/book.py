"""What `ledger.open` gives: all that a ledger can be asked, and what the commands of an experiment's life do.

The methods take the values that the command's options stand for, print nothing, ask nothing, and return what was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ledger.ops.model_book import ModelBook
from ledger.ops.next_book import NextBook

if TYPE_CHECKING:
    # who reads a ledger does not wait for what writes
    from ledger.analysis.plans.created import Created
    from ledger.analysis.problems import Proof
    from ledger.model.parameters import Value
    from ledger.model.run_report import RunReport
    from ledger.model.verdict import Verdict
    from ledger.run.request import Listener, RunOptions


class Book(ModelBook, NextBook):
    """A ledger with the commands `new`, `run`, `conclude` and `verify` as methods, and what it joins.

    Each raises LedgerError where the command would exit with 2, and then has changed nothing, but that a run keeps the
    trials that have finished. An experiment is the one that is checked out unless it is named.
    """

    def new(
        self,
        title: str,
        *,
        name: str | None = None,
        predictions: Sequence[str] = (),
        overrides: Mapping[str, Value] | None = None,
        vary: Mapping[str, Sequence[Value]] | None = None,
        seeds: int | Sequence[int] | None = None,
        start: str | None = None,
        switch: bool = True,
    ) -> Created:
        """Begin an experiment. `ledger.ops.new.create` takes all else that a plan may ask for."""
        from ledger.ops.new import create
        from ledger.repo.axes import Seeds
        from ledger.repo.plan_request import PlanRequest

        asked = Seeds(count=seeds) if isinstance(seeds, int) else None if seeds is None else Seeds(values=tuple(seeds))
        request = PlanRequest(
            title=title, name=name, predictions=tuple(predictions), overrides=overrides or {}, vary=vary or {},
            seeds=asked, start=start, switch=switch,
        )  # fmt: skip
        return create(self, request, now=datetime.now(UTC))

    def run(
        self, experiment: str | None = None, wanted: RunOptions | None = None, *, listener: Listener | None = None
    ) -> RunReport:
        """Run the trials that are declared and missing, or those `wanted`; the `listener` hears of each as it ends."""
        from ledger.ops.run import run
        from ledger.run.request import Listener, RunOptions

        return run(self, self.experiment(experiment), listener or Listener(), wanted or RunOptions())

    def conclude(self, experiment: str | None = None, *, interpretation: str | None = None) -> Verdict:
        """Compute the verdict, write it into `verdict.md` and commit that."""
        from ledger.ops.conclude import collected, conclude

        chosen = collected(self, self.experiment(experiment))
        return conclude(self, chosen, interpretation=interpretation, early=False).verdict

    def verify(self, experiment: str | None = None, *, data: bool = False) -> tuple[Proof, ...]:
        """The proofs of all experiments, or of one; `data`: read its checkpoints too."""
        from ledger.ops.verify import prove, prove_all

        signed = self.settings.signed
        if experiment is None:
            return prove_all(self, data=data, signed=signed)
        return (prove(self, self.experiment(experiment), data=data, signed=signed),)
