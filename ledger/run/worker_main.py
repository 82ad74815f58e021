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
import traceback
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, TextIO

from ledger.errors import LedgerError
from ledger.store import dvc


def _place(arguments: dict[str, Any]) -> dvc.DvcPlace:
    return dvc.DvcPlace(
        cache=Path(arguments["cache"]),
        remotes=arguments["remotes"],
        core_remote=arguments["core_remote"],
        cache_types=tuple(arguments["cache_types"]),
    )


def _describe(root: str, main_root: str) -> object:
    described = dataclasses.asdict(dvc.describe(Path(root), main_root=Path(main_root)))
    return described | {"cache": str(described["cache"])}


def _reproduce(root: str, targets: list[str], environment: dict[str, str], force: bool) -> object:
    done = dvc.reproduce(Path(root), targets=targets, environment=environment, force=force)
    return dataclasses.asdict(done)


def _furnish(root: str, place: dict[str, Any]) -> None:
    dvc.furnish(Path(root), _place(place))


def _changed_outputs(root: str, cache: str) -> list[str]:
    return dvc.changed_outputs(Path(root), cache=Path(cache))


def _checkout(root: str, cache: str, keep: list[str]) -> list[str]:
    return dvc.checkout(Path(root), cache=Path(cache), keep=keep)


def _status(root: str, targets: list[str]) -> object:
    return dvc.status(Path(root), targets=targets)


CALLS: dict[str, Callable[..., object]] = {
    "describe": _describe,
    "furnish": _furnish,
    "reproduce": _reproduce,
    "changed_outputs": _changed_outputs,
    "checkout": _checkout,
    "status": _status,
}


def main() -> None:
    """Answer requests until the pipe is closed."""
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    dvc.warm()

    lines: SimpleQueue[str | None] = SimpleQueue()
    busy = Event()
    Thread(target=_listen, args=(requests, lines, busy), daemon=True).start()
    while (line := lines.get()) is not None:
        request = json.loads(line)
        _log_to(request["log"])
        try:
            answer = {"result": CALLS[request["call"]](**request["arguments"])}
        except LedgerError as error:
            answer = {"error": [error.message, error.hint]}
        except BaseException:
            # whatever it is, the controller must hear of it: it writes the log of the fault
            answer = {"fault": traceback.format_exc()}
        busy.clear()
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _listen(requests: TextIO, lines: SimpleQueue[str | None], busy: Event) -> None:
    """Hand on requests until the pipe is closed; where that happens in the middle of one, the controller is dead."""
    for line in requests:
        busy.set()
        lines.put(line)
    if busy.is_set():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    lines.put(None)


def _log_to(path: str | None) -> None:
    target = os.open(path or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)


if __name__ == "__main__":
    main()
