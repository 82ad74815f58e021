"""The worker process: DVC imported once, one request a line, one answer a line.

It alone changes its current directory and lets DVC write to work trees. Its standard output and error are the log
of the trial that it runs; answers go through a copy of the pipe that it was started with. When the controller dies, it
ends at once, with the stage that it runs: nobody is left to record what would come of it.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import TextIO

from ledger.dvc import repro as reproducing
from ledger.dvc import work_tree, work_tree_config
from ledger.dvc.commands import Runner
from ledger.dvc.repro import ReproRequest
from ledger.errors import LedgerError
from ledger.machine import processes
from ledger.run import wire

CALLS: dict[str, Callable[..., object]] = {
    "describe": work_tree_config.describe,
    "configure": work_tree_config.write_local,
    "changed_outputs": work_tree.changed_outputs,
    "checkout": work_tree.checkout,
    "commit": work_tree.commit,
    "status": work_tree.status,
}


def main() -> None:
    """Answer requests until the pipe is closed; the arguments are descriptors that stages are to hold on to."""
    signal.signal(signal.SIGUSR1, lambda *_: Runner.give_up())
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    # what a stage leaves behind is found as a child of ours
    adopts = processes.adopt_orphans()
    keeps = tuple(int(number) for number in sys.argv[1:])

    def answer(document: dict[str, object]) -> None:
        answers.write(wire.dumps(document) + "\n")
        answers.flush()

    def reproduce(request: ReproRequest) -> object:
        request = replace(request, terms=replace(request.terms, keeps=keeps))
        return reproducing.reproduce(request, adopts=adopts, tell=lambda event: answer({"event": event}))

    calls = {**CALLS, "reproduce": reproduce}
    reproducing.warm()
    lines: SimpleQueue[str | None] = SimpleQueue()
    busy = Event()
    Thread(target=_listen, args=(requests, lines, busy), daemon=True).start()
    while (line := lines.get()) is not None:
        request = wire.loads(line)
        _log_to(request["log"])
        try:
            said: dict[str, object] = {"result": calls[request["call"]](**request["arguments"])}
        except LedgerError as error:
            said = {"error": [error.message, error.hint]}
        except BaseException:
            # whatever it is, the controller must hear of it: it writes the log of the fault
            said = {"fault": traceback.format_exc()}
        busy.clear()
        answer(said)


def _listen(requests: TextIO, lines: SimpleQueue[str | None], busy: Event) -> None:
    """Hand on requests until the pipe is closed; where that happens in the middle of one, the controller is dead."""
    for line in requests:
        busy.set()
        lines.put(line)
    if busy.is_set():
        Runner.give_up()
        processes.end(processes.descendants(os.getpid()), grace=0)
        os.killpg(os.getpgrp(), signal.SIGKILL)
    lines.put(None)


def _log_to(path: Path | None) -> None:
    try:
        target = os.open(path or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError:
        # a full disk: the trial goes on without a log
        target = os.open(os.devnull, os.O_WRONLY)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)


if __name__ == "__main__":
    main()
