"""Two experiments, arms or revisions compared."""

from __future__ import annotations

from ledger.analysis.diff import Diff
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.hypothesis import BASELINE, TREATMENT
from ledger.model.prediction import Prediction
from ledger.repo.comparison import compare
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target, part


def diff(ledger: Ledger, a: str | None, b: str | None) -> Diff:
    """What differs between two arguments, and what came of it; see `_sides`. Raises LedgerError."""
    return compare(ledger, *_sides(ledger, a, b))


def _sides(ledger: Ledger, a: str | None, b: str | None) -> tuple[Target, Target]:
    """The two targets of a comparison; with one argument or none, first what it is compared with.

    That is the baseline, or else what the first prediction about the arm names: another arm or an experiment.
    """
    if a is not None and b is not None:
        return ledger.target(a), ledger.target(b)
    named = part(ledger, a)
    experiment, plan = named.experiment, named.experiment.plan
    if plan.variant(BASELINE) is not None:
        reference, about = _arm(experiment, BASELINE), plan.leading
    else:
        said = next((p for p in plan.predictions if p.reference and named.arm in (None, _about(p))), None)
        if said is None or said.reference is None:
            raise LedgerError(
                f"{experiment.name} declares no baseline to compare with",
                hint=f"name the other side: ledger diff {ledger.snapshot.main or 'main'} {a or experiment.name}",
            )
        about = _about(said)
        reference = _arm(experiment, said.reference) if said.of_variant else ledger.target(said.reference)
    return reference, _arm(experiment, about) if a is None or named.arm is None else ledger.target(a)


def _about(prediction: Prediction) -> str:
    return prediction.metric.variant or TREATMENT


def _arm(experiment: Experiment, name: str) -> Target:
    return Target(text=f"{experiment.name}:{name}", experiment=experiment, variant=name)
