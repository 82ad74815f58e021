"""Run a recorded trial again, from its own commit in a clean slot and past the run cache, and compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.analysis.counting import When, counted
from ledger.analysis.reproduction import Reproduction
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target
from ledger.repo.trust.require import require_trusted
from ledger.run import signals
from ledger.run.again import run_again, spec_of
from ledger.run.executors.local import Limits, LocalSlots
from ledger.run.strangers import require_record


def chosen(ledger: Ledger, target: Target, *, everything: bool) -> tuple[Recorded, ...]:
    """The recorded trials that a target means: the one that is named, else the first of the arm that counts, or all."""
    experiment = target.experiment
    if experiment is None:
        raise LedgerError(f"{target.text} is a revision, not an experiment", hint="ledger log lists the experiments")
    if target.trial is not None:
        found: Sequence[Recorded] = (target.trial,)
    else:
        arms = dict.fromkeys([target.variant] if ":" in target.text else [r.trial.variant for r in experiment.trials])
        present = ledger.present(experiment)
        found = [r for arm in arms for r in counted(experiment, arm, When.JUDGED, present=present.get(arm))]
        if not everything:
            first = [r for r in found if r.trial.variant == experiment.leading] or found
            found = first[:1]
    if not found:
        raise LedgerError(f"{target.text} has no trial with a result", hint=f"ledger run {experiment.name}")
    if not found[0].trial.succeeded:
        raise LedgerError(
            f"{found[0].trial.id} has no result to compare with: it {found[0].trial.status}",
            hint=f"ledger run {experiment.name} --again tries it once more",
        )
    return tuple(found)


def reproduce(
    ledger: Ledger, experiment: Experiment, records: Sequence[Recorded], *, timeout: float | None
) -> Iterator[Reproduction]:
    """The comparisons, one by one. Nothing is recorded, neither here nor in DVC's cache and run cache.

    Raises LedgerError where what would run came from somebody else and is not trusted.
    """
    codes = {record.trial.code: [record.trial.id] for record in records}
    # one that is not here is told of when it is laid out
    require_trusted(ledger, experiment, {c: trials for c, trials in codes.items() if ledger.git.commit(c) is not None})
    specs = [spec_of(ledger, experiment, record) for record in records]
    for spec, record in zip(specs, records, strict=True):
        require_record(ledger, experiment, spec, record)
    with signals.as_interrupts(), LocalSlots(ledger) as slots:
        (station,) = slots.stations(experiment, Limits(timeout=timeout))
        for spec, record in zip(specs, records, strict=True):
            yield run_again(ledger, experiment, station, spec, record)
