"""Two experiments, arms or revisions compared."""

from __future__ import annotations

from ledger.analysis.diff import Diff
from ledger.errors import LedgerError
from ledger.model.hypothesis import BASELINE
from ledger.repo.comparison import compare
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target, part


def diff(ledger: Ledger, a: str | None, b: str | None) -> Diff:
    """What differs between two arguments, and what came of it; see `_sides`. Raises LedgerError."""
    return compare(ledger, *_sides(ledger, a, b))


def _sides(ledger: Ledger, a: str | None, b: str | None) -> tuple[Target, Target]:
    """The two targets of a comparison; with one experiment or none, its baseline and its leading arm."""
    if a is not None and b is not None:
        return ledger.target(a), ledger.target(b)
    named = part(ledger, a)
    experiment = named.experiment
    baseline = experiment.plan.variant(BASELINE)
    if baseline is None:
        raise LedgerError(
            f"{experiment.name} declares no baseline to compare with",
            hint=f"name the other side: ledger diff {ledger.snapshot.main or 'main'} {experiment.name}",
        )
    leading = experiment.plan.leading
    other = Target(text=experiment.name, experiment=experiment, variant=leading) if a is None else ledger.target(a)
    return Target(text=f"{experiment.name}:{BASELINE}", experiment=experiment, variant=BASELINE), other
