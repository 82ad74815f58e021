"""What a run asks of the place where its trials run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ledger.dvc.repro import Event
from ledger.run.spec import Spec
from ledger.run.trial_commit import Kept


class Executor(Protocol):
    """Runs trials, several at a time, and records each as it ends. One thread makes all the calls."""

    @property
    def room(self) -> int:
        """How many more trials may be submitted now."""

    def submit(self, spec: Spec) -> None:
        """Begin a trial."""

    def poll(self) -> Sequence[Spec]:
        """The trials that have ended since the last call; waits for one where none has."""

    def collect(self, spec: Spec) -> Kept | None:
        """The record of a trial that has ended; None where somebody cut it off, which is not a result of the trial.

        Raises what kept the trial from being run.
        """

    def cancel(self) -> None:
        """End all trials under way. Nothing is recorded of them."""

    def logs(self, spec: Spec) -> Path:
        """The file that holds what the trial's commands print."""


class Watcher(Protocol):
    """Hears of trials. An executor's own threads make the calls, which must return at once."""

    def started(self, spec: Spec, place: Path) -> None:
        """The trial begins in a work tree."""

    def happens(self, spec: Spec, event: Event) -> None:
        """A stage of the trial begins, or waits for another trial's."""

    def ended(self, spec: Spec, kept: Kept | None) -> None:
        """The trial is recorded, or it was cut off."""
