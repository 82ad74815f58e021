"""Does an experiment land with its change, and with that of which arm?"""

from __future__ import annotations

from ledger.analysis.looks import predicted_arms
from ledger.errors import LedgerError
from ledger.model import verdict
from ledger.model.experiment import Experiment
from ledger.model.plan import BASE, TREATMENT, Variant

RECORD = "record"
ADOPT = "adopt"


def kind_of(experiment: Experiment, wanted: str | None, arm: str | None = None) -> str:
    """RECORD or ADOPT: what is `wanted`, else what the verdict says; `arm`: the one whose change is adopted.

    Raises LedgerError where there is no verdict, and where it is unclear which change to adopt.
    """
    kind = wanted or _by_verdict(experiment)
    if kind == ADOPT:
        name = adopted(experiment, arm).name
        if wanted == ADOPT and not any(r.valid for r in experiment.of(name)):
            raise LedgerError(
                f"{experiment.name} has no successful {name} trial, so its change is not adopted",
                hint=f"ledger land {experiment.name} --record keeps its record",
            )
    elif arm is not None:
        why = "" if wanted else f", and {experiment.name} is {experiment.state}"
        raise LedgerError(
            f"a record covers the whole experiment, not just {experiment.name}:{arm}{why}",
            hint=f"ledger land {experiment.name} --record, or --adopt {experiment.name}:{arm}",
        )
    return kind


def _by_verdict(experiment: Experiment) -> str:
    if experiment.outcome is None:
        lacking = "no verdict on what it predicts now" if experiment.overtaken else "no verdict"
        raise LedgerError(
            f"{experiment.name} has {lacking}, so it is unclear how it should land",
            hint=f"ledger conclude {experiment.name}, or say it: --record (only its record), --adopt (its change too)",
        )
    return ADOPT if experiment.outcome == verdict.SUPPORTED else RECORD


def adopted(experiment: Experiment, wanted: str | None) -> Variant:
    """The arm that is `wanted`, or that the predictions are about, else the only one.

    Raises LedgerError where there are several.
    """
    name, plan = experiment.name, experiment.plan
    about = predicted_arms(plan) if plan.tunes is None else (experiment.leading,)
    if plan.tunes is None and not plan.predictions and plan.leading != TREATMENT:
        # the first of them is none that anything speaks for
        about = tuple(v.name for v in plan.variants if v.at is None and v.experiment is None) or about
    if wanted is None and len(about) > 1:
        has = "predicts about" if plan.predictions else "has"
        raise LedgerError(
            f"{name} {has} several arms ({', '.join(about)}), so it is unclear whose change to adopt",
            hint=f"say which: {' or '.join(f'ledger land --adopt {name}:{arm}' for arm in about)}; "
            f"or ledger land {name} --record",
        )
    arm = plan.variant(wanted or about[0])
    if arm is None:
        raise LedgerError(f"the plan of {name} has no variant {wanted or about[0]}", hint=f"ledger show {name}")
    if arm.filled_by is not None:
        raise LedgerError(
            f"{name}:{arm.name} is filled by {arm.filled_by}, and brings no change of its own",
            hint=f"ledger land --adopt {arm.filled_by}",
        )
    if arm.at is not None:
        place = "the base" if arm.at == BASE else f"the code of {arm.at[:10]}"
        raise LedgerError(
            f"{name}:{arm.name} runs {place}, so it has no change to adopt", hint=f"ledger land {name} --record"
        )
    return arm
