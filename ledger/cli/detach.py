"""`ledger run --detach`: the same run in a process of its own, which outlives the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ledger.cli import console
from ledger.repo import runs
from ledger.repo.ledger import Ledger

# where the child writes what it says; set in its environment
LOG = "LEDGER_RUN_LOG"

# so many logs of detached runs are kept
_LOGS = 20


def detach(ledger: Ledger, name: str, options: Sequence[str], *, json: bool) -> int:
    """Start the run and wait until it knows what it has to do, or has ended because it could not begin."""
    ledger.state_dir.runs.mkdir(parents=True, exist_ok=True)
    log = runs.said(ledger.state_dir, name)
    with log.open("wb") as stream:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "ledger", "run", name, *options],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            cwd=Path.cwd(),
            env=os.environ | {LOG: str(log)},
            start_new_session=True,
        )
    while True:
        code = _polled(child)
        state = next((state for state in runs.live(ledger.state_dir, name) if state.log == str(log)), None)
        if code is not None:
            console.say(log.read_text("utf-8", errors="replace").rstrip())
            log.unlink(missing_ok=True)
            return code
        if state is not None and state.total:
            break
    _prune(ledger)
    count = state.total
    if json:
        console.answer_json({"experiment": name, "pid": child.pid, "trials": count, "log": str(log)})
        return 0
    console.answer(f"{count} trial{'s' if count != 1 else ''} of {name} run in the background (process {child.pid})")
    console.say(
        f"follow them: ledger status {name} --watch\nend them:    ledger status {name} --stop\nwhat it says: {log}"
    )
    return 0


def _polled(child: subprocess.Popen[bytes]) -> int | None:
    """The exit code of the child, None while it runs; Ctrl-C before it has begun ends it too."""
    try:
        time.sleep(0.05)
        return child.poll()
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise


def _prune(ledger: Ledger) -> None:
    """Keep the messages of the latest detached runs alone."""
    logs = sorted(ledger.state_dir.runs.glob("*.log"), key=lambda path: path.stat().st_mtime)
    for path in logs[:-_LOGS]:
        path.unlink(missing_ok=True)
