"""The worker process: DVC imported once, one request a line, one answer a line.

It alone changes its current directory and lets DVC write to work trees. Its standard output and error are the log
of the trial that it runs; answers go through a copy of the pipe that it was started with. When the controller dies, it
ends at once, with the stage that it runs: nobody is left to record what would come of it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, TextIO

from ledger.dvc import reproduce as reproducing
from ledger.dvc import work_tree, work_tree_config
from ledger.dvc.commands import Runner, Terms
from ledger.dvc.reproduce import Request
from ledger.dvc.work_tree_config import DvcConfig
from ledger.errors import LedgerError
from ledger.machine import processes


def _config(arguments: dict[str, Any]) -> DvcConfig:
    return DvcConfig(
        cache=Path(arguments["cache"]),
        remotes=arguments["remotes"],
        core_remote=arguments["core_remote"],
        cache_types=tuple(arguments["cache_types"]),
    )


def _describe(root: str, main_root: str) -> object:
    described = dataclasses.asdict(work_tree_config.describe(Path(root), main_root=Path(main_root)))
    return described | {"cache": str(described["cache"])}


def _configure(root: str, config: dict[str, Any]) -> None:
    work_tree_config.write_local(Path(root), _config(config))


def _changed_outputs(root: str, cache: str) -> list[str]:
    return work_tree.changed_outputs(Path(root), cache=Path(cache))


def _checkout(root: str, cache: str, keep: list[str]) -> object:
    return work_tree.checkout(Path(root), cache=Path(cache), keep=keep)


def _commit(root: str, targets: list[str]) -> None:
    work_tree.commit(Path(root), targets=targets)


def _status(root: str, targets: list[str]) -> object:
    return work_tree.status(Path(root), targets=targets)


CALLS: dict[str, Callable[..., object]] = {
    "describe": _describe,
    "configure": _configure,
    "changed_outputs": _changed_outputs,
    "checkout": _checkout,
    "commit": _commit,
    "status": _status,
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
        answers.write(json.dumps(document) + "\n")
        answers.flush()

    def reproduce(environment: dict[str, str], timeout: float | None, **arguments: Any) -> object:
        request = Request(
            root=Path(arguments["root"]),
            top=Path(arguments["top"]),
            targets=arguments["targets"],
            terms=Terms(environment=environment, keeps=keeps, timeout=timeout),
            force=arguments["force"],
            aside=arguments["aside"],
            code=arguments["code"],
            locks=Path(arguments["locks"]),
            kept=Path(arguments["kept"]),
            twins=[Path(twin) for twin in arguments["twins"]],
        )
        return dataclasses.asdict(
            reproducing.reproduce(request, adopts=adopts, tell=lambda event: answer({"event": event}))
        )

    calls = {**CALLS, "reproduce": reproduce}
    reproducing.warm()
    lines: SimpleQueue[str | None] = SimpleQueue()
    busy = Event()
    Thread(target=_listen, args=(requests, lines, busy), daemon=True).start()
    while (line := lines.get()) is not None:
        request = json.loads(line)
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


def _log_to(path: str | None) -> None:
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
