"""One experiment whole, an arm of it, or one trial with what its commands printed."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.answers import Printed, Shown
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.listing import listed
from ledger.repo import concluded, histories
from ledger.repo.ledger import Ledger
from ledger.repo.targets import no_trial, part


def show(ledger: Ledger, text: str | None) -> Shown:
    """What an argument names, without one the experiment that is checked out. Raises LedgerError."""
    named = part(ledger, text)
    experiment, record = named.experiment, named.record
    if named.arm is not None and record is None:
        if named.trial is not None:
            raise no_trial(experiment, named.arm, named.trial)
        experiment = _arm(experiment, named.arm)
    return Shown(
        experiment=experiment,
        present=ledger.present(experiment),
        commits=histories.trial_commits(ledger, experiment.name),
        outdated=None if record is not None else concluded.outdated(ledger, named.experiment),
        tested=() if record is not None else ledger.index.tested().get(experiment.name, ()),
        record=record,
    )


def _arm(experiment: Experiment, name: str) -> Experiment:
    """The experiment with the trials of one arm alone. Raises LedgerError where these are another experiment's."""
    declared = experiment.plan.variant(name)
    if declared is not None and declared.filled_by is not None:
        raise LedgerError(
            f"the trials of {experiment.name}:{name} are those of {declared.filled_by}",
            hint=f"ledger show {declared.filled_by}",
        )
    return replace(experiment, trials=experiment.of(name))


def printed(ledger: Ledger, text: str) -> Printed:
    """What a trial printed, also one that is still running or was cut off. Raises LedgerError where there is no log."""
    named = part(ledger, text) if ":" in text else None
    if named is None or named.trial is None:
        raise LedgerError("--log needs one trial", hint="ledger show NAME:treatment/seed-0 --log")
    record = named.record
    name = f"{named.arm}/{named.trial}" if record is None else record.trial.id
    try:
        log = ledger.state_dir.log(named.experiment.name, name).read_bytes().decode("utf-8", errors="replace")
    except OSError:
        hint = _without_log(named.experiment, record)
        raise LedgerError(f"no log of {named.experiment.name}:{name} here", hint=hint) from None
    return Printed(experiment=named.experiment, name=name, text=log, record=record)


def _without_log(experiment: Experiment, record: Recorded | None) -> str:
    """Where the log of a trial may be."""
    if record is None:
        known = [r.trial.id for r in experiment.trials]
        return f"its trials: {listed(known, 8)}" if known else "it has no trials yet"
    if record.trial.reused is not None:
        other, _, source = record.trial.reused.partition("/")
        return f"it is another experiment's trial: ledger show {other}:{source} --log"
    return "logs stay where the trial ran, which may have been another clone"
