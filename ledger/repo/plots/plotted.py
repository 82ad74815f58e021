"""Which arms and rows the arguments of `ledger plot` mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.analysis.counting import When, counted
from ledger.analysis.rows import rows_of
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.plan import TREATMENT
from ledger.model.remarks import Kind, Remark
from ledger.model.row import Row
from ledger.repo import voided
from ledger.repo.ledger import Ledger
from ledger.repo.models import beside
from ledger.repo.targets import Target, filling


@frozen
class PlottedArm:
    """The trials of one arm that count, under the name by which a plot calls it."""

    label: str
    experiment: Experiment
    records: tuple[Recorded, ...]


def arms(ledger: Ledger, targets: Sequence[Target]) -> tuple[tuple[PlottedArm, ...], tuple[Remark, ...]]:
    """The arms that the targets mean, each once, and remarks on those that are left out.

    An experiment stands for all its arms, an arm or a trial for itself. Two arms with the same trials, as where a
    baseline was reused, are drawn once.
    """
    found: dict[str, PlottedArm] = {}
    notes: list[Remark] = []
    same: dict[object, str] = {}
    several = len({t.experiment.name for t in targets if t.experiment is not None}) > 1
    for target in targets:
        if target.experiment is None:
            raise LedgerError(f"{target.text} is a git revision, not an experiment", hint="ledger log lists them")
        notes += voided.warnings(target)
        for arm in _arms(ledger, target, several):
            if arm.label in found:
                continue
            if not arm.records:
                notes.append(Remark.of(Kind.NONE_SUCCEEDED, side=arm.label))
                continue
            key = frozenset(map(_identity, arm.records))
            if key in same:
                notes.append(Remark.of(Kind.SAME_TRIALS, arm=arm.label, other=same[key]))
                continue
            same[key] = arm.label
            found[arm.label] = arm
    if not found:
        names = dict.fromkeys(t.experiment.name for t in targets if t.experiment is not None)
        raise LedgerError(f"no trial of {listed(names)} has succeeded yet", hint="ledger run")
    return tuple(found.values()), tuple(notes)


def _identity(record: Recorded) -> tuple[object, ...]:
    """What a trial has in common with those that reuse it, and with none that gave anything else."""
    trial = record.trial
    outs = sorted((path, str(pin.md5)) for path, pin in trial.outs.items())
    # as text: NaN is not equal to itself
    return trial.fingerprint, trial.point, repr(sorted(trial.metrics.items())), tuple(outs)


def _arms(ledger: Ledger, target: Target, several: bool) -> Iterator[PlottedArm]:
    experiment = target.experiment
    assert experiment is not None
    if target.trial is not None:
        only = [target.trial] if target.trial.trial.succeeded else []
        yield PlottedArm(label=target.text, experiment=experiment, records=tuple(only))
        return
    names = dict.fromkeys([*(v.name for v in experiment.plan.variants), *(r.trial.variant for r in experiment.trials)])
    present = ledger.present(experiment)
    for name in [target.variant] if ":" in target.text else names:
        declared = experiment.plan.variant(name)
        if declared is not None and declared.experiment is not None:
            other = filling(ledger, declared)
            if other is not None and other.experiment is not None:
                fingerprint = ledger.present(other.experiment).get(other.variant)
                records = counted(other.experiment, other.variant, When.JUDGED, present=fingerprint)
                yield PlottedArm(label=other.text, experiment=other.experiment, records=records)
        else:
            label = experiment.name if several and name == TREATMENT else f"{experiment.name}:{name}"
            records = counted(experiment, name, When.JUDGED, present=present.get(name))
            yield PlottedArm(label=label if several else name, experiment=experiment, records=records)


def rows(ledger: Ledger, targets: Sequence[Target], level: str) -> Sequence[Row]:
    """The rows of a level, `variants` or `trials`, that the targets mean; without any, those of all experiments."""
    if not targets:
        return beside.rows(ledger, level)
    found: dict[tuple[str, str, str | None], Row] = {}
    for target in targets:
        if target.experiment is None:
            raise LedgerError(f"{target.text} is a git revision, not an experiment", hint="ledger log lists them")
        for chosen in _with_fillers(ledger, target):
            assert chosen.experiment is not None
            own = rows_of(chosen.experiment, ledger.present(chosen.experiment))
            for row in own.variants if level == "variants" else own.trials:
                whole = ":" not in chosen.text and chosen is target
                if (whole or row.variant == chosen.variant) and (
                    chosen.trial is None or row.trial == chosen.trial.trial.id
                ):
                    found[row.experiment, row.variant, row.trial] = row
    return tuple(found.values())


def _with_fillers(ledger: Ledger, target: Target) -> list[Target]:
    """The target, with the arms of other experiments that fill some of its own."""
    assert target.experiment is not None
    variants = target.experiment.plan.variants
    if ":" in target.text:
        variants = tuple(v for v in variants if v.name == target.variant and target.trial is None)
    fillers = (filling(ledger, v) for v in variants if v.experiment is not None)
    return [target, *(filler for filler in fillers if filler is not None)]
