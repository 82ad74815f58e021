"""Which two arms a command compares that is given one argument, two or none, and their trials that count."""

from __future__ import annotations

from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.plan import BASELINE, TREATMENT
from ledger.model.prediction import Prediction
from ledger.model.remarks import Remark
from ledger.model.tune_search import CURRENT
from ledger.repo import voided
from ledger.repo.ledger import Ledger
from ledger.repo.sides import current
from ledger.repo.snapshot import Snapshot
from ledger.repo.targets import Target, filler, part, sought


def targets(ledger: Ledger, a: str | None, b: str | None, command: str) -> tuple[Target, Target]:
    """The two targets of a comparison; with one argument or none, first what it is compared with.

    That is the baseline, of a search for the best parameters what they were before, or else what the first prediction
    about the arm names: another arm or an experiment. Raises LedgerError where there is none; `command` is what the
    hint says to type.
    """
    if a is not None and b is not None:
        return ledger.target(a), ledger.target(b)
    named = part(ledger, a)
    experiment, plan = named.experiment, named.experiment.plan
    if plan.tunes is not None and experiment.of(CURRENT):
        reference, about = _arm(experiment, CURRENT), experiment.leading
        if a is None or named.arm is None:
            _require_another(experiment, about, command)
    elif plan.variant(BASELINE) is not None:
        reference, about = _arm(experiment, BASELINE), experiment.leading
    else:
        said = next((p for p in plan.predictions if p.reference and named.arm in (None, _about(p))), None)
        if said is None or said.reference is None:
            raise LedgerError(
                f"{experiment.name} declares no baseline to compare with",
                hint=_two_sides(ledger.snapshot, experiment, None if named.arm is None else a, command),
            )
        about = _about(said)
        reference = named_by(ledger, experiment, said)
    return reference, _arm(experiment, about) if a is None or named.arm is None else ledger.target(a)


def _require_another(experiment: Experiment, best: str, command: str) -> None:
    """Raise LedgerError where a search has nothing beside the values that the parameters had."""
    if best == CURRENT:
        other = next((r.trial.variant for r in experiment.trials if r.trial.variant != CURRENT), None)
        raise LedgerError(
            f"nothing that {experiment.name} has tried is better than {CURRENT}",
            hint=f"ledger run {experiment.name} continues the search"
            if other is None
            else f"name two arms: ledger {command} {experiment.name}:{CURRENT} {experiment.name}:{other}",
        )


def _two_sides(snapshot: Snapshot, experiment: Experiment, arm: str | None, command: str) -> str:
    """What to type: two arms of the experiment, or the one that was named beside the main branch."""
    arms = [f"{experiment.name}:{variant.name}" for variant in experiment.plan.variants]
    if arm is None and len(arms) > 1:
        return f"name two arms: ledger {command} {arms[0]} {arms[1]}"
    return f"name the other side: ledger {command} {snapshot.main or 'main'} {arm or experiment.name}"


def _about(prediction: Prediction) -> str:
    return prediction.metric.variant or TREATMENT


def named_by(ledger: Ledger, experiment: Experiment, prediction: Prediction) -> Target:
    """What a prediction compares with. Raises LedgerError where that is not here: a record, and no slip of a key."""
    assert prediction.reference is not None
    if prediction.of_variant:
        return _arm(experiment, prediction.reference)
    found = sought(ledger, prediction.reference)
    if found is None:
        raise LedgerError(
            f"{prediction.reference}, which {experiment.name} predicts against, is not in this clone",
            hint="ledger pull, or git fetch, brings what others have",
        )
    return found


def _arm(experiment: Experiment, name: str) -> Target:
    return Target(text=f"{experiment.name}:{name}", experiment=experiment, variant=name)


@frozen
class ArmTrials:
    """The trials of one arm that count, or the one that was named."""

    label: str
    experiment: Experiment
    records: tuple[Recorded, ...]
    warnings: tuple[Remark, ...] = ()


def trials(ledger: Ledger, target: Target) -> ArmTrials:
    """The trials that a target means. Raises LedgerError for a revision, and where none has succeeded."""
    experiment = target.experiment
    if experiment is None:
        raise LedgerError(
            f"{target.text} is a git revision, not an experiment", hint="ledger log lists the experiments"
        )
    if target.trial is not None:
        if not target.trial.trial.succeeded:
            raise LedgerError(f"{target.text} {target.trial.trial.status}: it has no results")
        said = voided.warnings(target)
        return ArmTrials(label=target.text, experiment=experiment, records=(target.trial,), warnings=said)
    declared = experiment.plan.variant(target.variant)
    if declared is not None and declared.experiment is not None:
        return trials(ledger, filler(ledger, declared, target.text))
    label = experiment.name if target.variant == TREATMENT else f"{experiment.name}:{target.variant}"
    records, warnings = current(ledger, experiment, target.variant, label)
    if not records:
        raise LedgerError(f"no trial of {label} has succeeded yet", hint="ledger run")
    return ArmTrials(label=label, experiment=experiment, records=tuple(records), warnings=warnings)
