"""Run a recorded trial again, from its own commit in a clean slot and past the run cache, and compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.analysis.counting import When, counted
from ledger.analysis.reproduction import Reproduction
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target
from ledger.run import signals
from ledger.run.again import run_again, spec_of
from ledger.run.executors.local import Limits, LocalSlots


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
            first = [r for r in found if r.trial.variant == experiment.plan.leading] or found
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
    """The comparisons, one by one. Nothing is recorded, neither here nor in DVC's cache and run cache."""
    if experiment.branch is not None and not experiment.branch.startswith("refs/heads/"):
        short = experiment.branch.removeprefix("refs/remotes/")
        raise LedgerError(
            f"{experiment.name} is somebody else's branch ({short}), and its commands would run here",
            hint=f"read its dvc.yaml and code, then git switch {ledger.settings.branch_prefix}{experiment.name}",
        )
    specs = [spec_of(ledger, experiment, record) for record in records]
    with signals.as_interrupts(), LocalSlots(ledger) as slots:
        (station,) = slots.stations(experiment, Limits(timeout=timeout))
        for spec, record in zip(specs, records, strict=True):
            yield run_again(ledger, experiment, station, spec, record)
