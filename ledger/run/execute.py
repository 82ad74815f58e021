"""Execute: give an executor trials while it has room, and hand each result on as it ends."""

from __future__ import annotations

from collections.abc import Callable, Generator

from ledger.run.executors.executor import Executor
from ledger.run.queue import ClaimedTrial, Queue
from ledger.run.spec import Spec
from ledger.run.trial_commit import Kept


def execute(
    queue: Queue,
    *,
    jobs: int,
    may_be: Callable[[Spec], bool],
    known: Callable[[Spec], Kept | None],
    opened: Callable[[int], Executor],
) -> Generator[Kept]:
    """The recorded trials as they end, until the queue has no more; closed before that, it cancels what runs.

    `known` is the result of a trial that needs no run, where it `may_be`; `opened` gives an executor for so many trials
    at a time, `jobs` at most.
    """
    executor: Executor | None = None
    running: dict[str, ClaimedTrial] = {}
    recorded: list[Kept] = []
    try:
        while True:
            asked = queue.asked
            yield from queue.fill(jobs if executor is None else executor.room, may_be, known)
            if executor is None and len(queue):
                executor = opened(min(jobs, len(queue)))
            while executor is not None and executor.room and (taken := queue.take()) is not None:
                running[taken.spec.id] = taken
                executor.submit(taken.spec)
            # what has ended is looked at while others run
            yield from recorded
            recorded = []
            if executor is None or not running:
                if queue.asked == asked:
                    return
                # those that were asked for needed no run, or are another run's: others may follow from them
                continue
            for spec in executor.poll():
                kept = executor.collect(spec)
                queue.end(running.pop(spec.id), kept)
                recorded += [] if kept is None else [kept]
    except BaseException:
        if executor is not None:
            executor.cancel()
        raise
    finally:
        for taken in running.values():
            taken.claim.close()
