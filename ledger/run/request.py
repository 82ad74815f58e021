"""What a run is asked for, and who hears of it while it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.remarks import Remark
from ledger.model.run_state import RunState
from ledger.repo.ledger import Ledger
from ledger.repo.targets import part
from ledger.run.monitor import RunMonitor
from ledger.run.trial_commit import Kept


@frozen
class RunOptions:
    """Which trials to run, and what each may take.

    `only`: variants or trials; `again`: those too that failed at this state; `message`: commit tracked changes first;
    `unmeasured`: go on although no trial has a metric that is predicted; `jobs`: how many at a time, else as the
    settings say; `timeout` in seconds a trial; `gpus_per_trial`: how many for each slot; `log`: where a detached run
    says things.
    """

    only: Sequence[str] = ()
    again: bool = False
    unmeasured: bool = False
    message: str | None = None
    jobs: int | None = None
    timeout: float | None = None
    gpus_per_trial: int | None = None
    log: Path | None = None


class Listener:
    """Hears, in the thread that called `run`, what a person wants to see. This one lets all pass."""

    def doubted(self, doubt: Remark) -> None:
        """There is something about the trials that their author may not have meant."""

    def planned(self, monitor: RunMonitor) -> None:
        """The run knows what it has to do; the monitor tells how far it has come."""

    def recorded(self, kept: Kept, state: RunState) -> None:
        """A trial is recorded."""


def named(ledger: Ledger, text: str | None, wanted: RunOptions) -> tuple[Experiment, RunOptions]:
    """The experiment that `text` names, and what is wanted of it: the arm or trial alone that it names, if any.

    Raises LedgerError where `wanted` chooses others.
    """
    found = part(ledger, text)
    if found.name is None:
        return found.experiment, wanted
    if wanted.only:
        raise LedgerError(
            f"{text} and --only both choose trials", hint=f"ledger run {found.experiment.name} --only {found.name}"
        )
    return found.experiment, replace(wanted, only=(found.name,))
