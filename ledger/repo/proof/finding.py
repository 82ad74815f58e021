"""The finding that an experiment is to confirm, as this clone has it."""

from __future__ import annotations

from ledger.analysis import counting
from ledger.analysis.counting import When
from ledger.analysis.gathered import Finding
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.repo.ledger import Ledger


def finding(ledger: Ledger, experiment: Experiment) -> Finding | None:
    """The trials of the first experiment and the state of its arm; None without one, or where it is not here."""
    of = experiment.plan.confirms
    if of is None or of.experiment == experiment.name:
        return None
    try:
        first = ledger.find(of.experiment)
    except LedgerError:
        return None
    if first is None:
        return None
    present = ledger.present(first).get(of.variant)
    return Finding(
        trials=tuple(record.trial for record in first.trials),
        state=counting.state(first, of.variant, When.JUDGED, present=present),
    )
