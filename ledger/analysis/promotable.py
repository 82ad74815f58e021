"""Is a trial's checkpoint one that its experiment speaks for?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.analysis.looks import predicted_arms
from ledger.model.confirmation import CONFIRMED, NOT_CONFIRMED, Standing
from ledger.model.experiment import Experiment, Recorded
from ledger.model.promoting import Objection
from ledger.model.verdict import SUPPORTED, stated

# also in the tags of versions that are promoted without one
NO_VERDICT: Final = "no verdict"


def standing(experiment: Experiment) -> str:
    """What an experiment says for its checkpoints: its outcome, of a search its answer, or that there is no verdict.

    Unlike its state it does not change with what becomes of the branch.
    """
    if experiment.outcome is not None:
        return stated(experiment.outcome, experiment.confirmatory)
    return experiment.found or NO_VERDICT


def confirmed_by(now: Standing, variant: str) -> tuple[str, ...]:
    """The experiments that have confirmed an arm on fresh replicates; none where none has."""
    tested = now.of(variant)
    return tested.by if tested is not None and tested.state == CONFIRMED else ()


def supports(experiment: Experiment, now: Standing, variant: str) -> bool:
    """Whether an experiment's own verdict supports the arm, or another experiment has confirmed it."""
    own = experiment.outcome == SUPPORTED and experiment.confirmatory is not False
    return bool(confirmed_by(now, variant)) or (own and variant in predicted_arms(experiment.plan))


def objections(experiment: Experiment, record: Recorded, now: Standing, *, counts: bool) -> tuple[Objection, ...]:
    """Why it is not, the weightiest first; none where the verdict supports the arm, and the trial is part of it.

    An arm that another experiment has confirmed needs no verdict of its own. `now` is how the experiment stands;
    `counts`: the trial is one of those that its verdict counts, or would.
    """
    variant = record.trial.variant
    found = [] if confirmed_by(now, variant) else [*_of_verdict(experiment, now, variant)]
    if record.void is not None:
        found.append(Objection.VOIDED)
    elif not counts:
        found.append(Objection.NOT_COUNTED)
    return tuple(found)


def _of_verdict(experiment: Experiment, now: Standing, variant: str) -> Iterator[Objection]:
    if experiment.outcome is None:
        yield Objection.NO_VERDICT
    elif experiment.outcome != SUPPORTED:
        yield Objection.NOT_SUPPORTED
    elif experiment.confirmatory is False:
        yield Objection.POST_HOC
    if now.retracted:
        yield Objection.RETRACTED
    elif experiment.outcome is not None and now.outdated is not None:
        yield Objection.OUTDATED
    tested = now.of(variant)
    if tested is not None and tested.state == NOT_CONFIRMED:
        yield Objection.NOT_CONFIRMED
    if variant not in predicted_arms(experiment.plan):
        yield Objection.OTHER_ARM
