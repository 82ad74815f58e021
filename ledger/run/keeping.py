"""Keep the trials that have finished, however a run ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ledger.errors import LedgerError
from ledger.model.run_report import Collected
from ledger.repo.ledger import Ledger
from ledger.run import signals
from ledger.run.collect import collect
from ledger.run.trial_commit import Kept
from ledger.run.worker import Worker


@dataclass(slots=True, kw_only=True)
class Done:
    """How far a run has come: the trials that it has recorded, and the commit of the user's changes before them."""

    trials: list[Kept] = field(default_factory=list)
    code: str | None = None


@contextmanager
def keeping(ledger: Ledger, name: str) -> Iterator[Done]:
    """Collect finished trials if the block raises; its workers must have ended by then.

    If nothing ran, the error says which changes were committed.
    """
    done = Done()
    try:
        yield done
    except BaseException as error:
        ledger.refresh()
        if ledger.snapshot.pending.get(name):
            # where that fails too, the next command does it: the error to hear of is the first
            with contextlib.suppress(Exception), Worker() as another:
                collect_whole(ledger, name, another)
        if done.code is not None and not done.trials and isinstance(error, LedgerError):
            said = f"{error.message} (your changes are committed as {done.code[:10]}; nothing ran)"
            raise LedgerError(said, hint=error.hint) from None
        raise


def collect_whole(ledger: Ledger, name: str, worker: Worker) -> Collected | None:
    """Collect what has finished; an interrupt waits until branch and work tree agree again."""
    with signals.deferred():
        return collect(ledger, name, worker)
