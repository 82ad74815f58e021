"""Refusing what no verdict supports, unless a reason is given, which the tag then keeps."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.analysis.promotable import standing
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.promoting import Objection


def require_reason(objections: Sequence[Objection], why: str, said: str, *, hint: str = "") -> None:
    """Raise LedgerError where there is an objection and no reason: `said` is what speaks against it."""
    if objections and not why.strip():
        raise LedgerError(
            said, hint=f'{hint}{"; " if hint else ""}--why "…" promotes it anyway, and is kept in the tag'
        )


def against(experiment: Experiment, trial: str, objections: Sequence[Objection]) -> tuple[str, str]:
    """What speaks against a trial in one sentence, and what to type about the first of it."""
    name = experiment.name
    arm = trial.partition("/")[0]
    predicts = " on what it predicts now" if experiment.overtaken else ""
    words = {
        Objection.NO_VERDICT: f"{name} has no verdict{predicts}",
        Objection.NOT_SUPPORTED: f"{name} is {standing(experiment)}",
        Objection.POST_HOC: f"{name} is {standing(experiment)}: what decides it was chosen after results",
        Objection.OUTDATED: f"the verdict of {name} is out of date",
        Objection.RETRACTED: f"evidence behind the verdict of {name} has since been withdrawn",
        Objection.NOT_CONFIRMED: f"{name}:{arm} was put to the test and not confirmed",
        Objection.OTHER_ARM: f"{name} predicts nothing about {arm}",
        Objection.NOT_COUNTED: f"{name}:{trial} is not one of the trials that the verdict counts",
        Objection.VOIDED: f"{name}:{trial} was voided",
    }
    hints = {
        Objection.NO_VERDICT: f"ledger conclude {name}",
        Objection.OUTDATED: f"ledger conclude {name}",
        Objection.RETRACTED: f"ledger conclude {name}",
        Objection.NOT_CONFIRMED: f"ledger show {name}",
        Objection.NOT_COUNTED: f"ledger promote {name}:{arm} takes one that it counts",
    }
    said = "; ".join(words[one] for one in objections if one in words)
    return said, next((hints[one] for one in objections if one in hints), "")
