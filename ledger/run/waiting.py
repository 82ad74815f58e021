"""Trials that have finished and wait to come onto their branches."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.repo.ledger import Ledger


def collect_waiting(ledger: Ledger, names: Sequence[str]) -> None:
    """Bring the finished trials of these experiments onto their branches. Raises Overlap as `collect` does."""
    waiting = [name for name in names if ledger.snapshot.pending.get(name)]
    if not waiting:
        return
    # imported late: a worker has DVC, which mostly is not needed here
    from ledger.run.collect import collect
    from ledger.run.worker import Worker

    with Worker() as worker:
        for name in waiting:
            collect(ledger, name, worker)
