"""The one transaction in which everything is written to git: lock, fresh look, commits, refs that move at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from ledger.errors import LedgerError
from ledger.git import branch, refs
from ledger.git.branch import Moved, Step
from ledger.git.entries import Entry, plain_file
from ledger.git.refs import RefChange
from ledger.git.trees import Changes
from ledger.model.experiment import Experiment
from ledger.model.listing import counted
from ledger.repo import operations
from ledger.repo.ledger import Ledger
from ledger.repo.operations import Operation
from ledger.repo.snapshot import Snapshot

T = TypeVar("T")

# people go on committing while trials are collected: so often a change begins anew on what is there
_TRIES = 20


class Change:
    """What may be done to the repository within `transact`: nothing is visible before its refs move, all at once."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def experiment(self, name: str) -> Experiment:
        """The experiment as it is now. Raises LedgerError where it has no branch here to write on."""
        found = self.ledger.experiment(name)
        require_branch(self.ledger, found)
        return found

    def file(self, text: str) -> Entry:
        """A plain file that holds the text."""
        return plain_file(self.ledger.git.blob(text.encode()))

    def commit(self, experiment: Experiment, files: Changes, message: str) -> Step:
        """A commit on the experiment's branch with these files changed (None: gone), as the step that moves there."""
        git = self.ledger.git
        assert experiment.branch is not None
        new = git.commit_tree(git.tree(experiment.tip, files), [experiment.tip], message)
        return Step(ref=experiment.branch, old=experiment.tip, new=new, reason=f"ledger: {message.splitlines()[0]}")

    def write(self, experiment: Experiment, files: Changes, message: str) -> str:
        """Commit the files on the experiment's branch and move it there; returns the commit."""
        step = self.commit(experiment, files, message)
        self.advance(step)
        return step.new

    def advance(self, step: Step) -> tuple[Path, ...]:
        """Move a branch, and the work trees that show it, which are returned. Raises Overlap where these hinder it."""
        self._log([RefChange(ref=step.ref, old=step.old, new=step.new), *step.also], step.reason)
        return branch.advance(self.ledger.git, step)

    def move(self, moves: Sequence[RefChange], reason: str) -> None:
        """Move refs that no work tree shows."""
        self._log(moves, reason)
        if not refs.move(self.ledger.git, moves, reason):
            raise Moved(moves[0].ref)

    def _log(self, moves: Sequence[RefChange], reason: str) -> None:
        operation = Operation(
            when=datetime.now(UTC), command=operations.command_line(), reason=reason, moves=tuple(moves)
        )
        operations.append(self.ledger.state_dir.operations, operation)


def transact(ledger: Ledger, make: Callable[[Change], T]) -> T:
    """Hold the repository's lock, look anew, and `make` the change: again where a branch was moved in between.

    Raises what `make` raises; then nothing has moved.
    """
    with ledger.state_dir.locked():
        for _ in range(_TRIES):
            ledger.refresh()
            try:
                return make(Change(ledger))
            except Moved as moved:
                name = str(moved).removeprefix("refs/heads/")
            finally:
                ledger.refresh()
    raise LedgerError(f"{name} keeps moving during the write", hint="try again")


def require_branch(ledger: Ledger, experiment: Experiment) -> None:
    """Raise LedgerError where the experiment has no branch here to write on."""
    ledger.require_current(experiment)
    if experiment.branch is None or not experiment.branch.startswith("refs/heads/"):
        message, hint = experiment.without_branch(ledger.settings.branch_prefix)
        raise LedgerError(message, hint=hint)


def require_collected(snapshot: Snapshot, name: str) -> None:
    """Raise LedgerError where finished trials of an experiment are not on its branch yet."""
    waiting = snapshot.pending.get(name)
    if waiting:
        trials = counted(len(waiting), "finished trial")
        raise LedgerError(
            f"{trials} of {name} {'is' if len(waiting) == 1 else 'are'} not on its branch yet",
            hint=f"ledger run {name} collects {'it' if len(waiting) == 1 else 'them'}",
        )
