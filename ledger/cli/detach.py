"""`ledger run --detach`: the same run in a process of its own, which outlives the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ledger.cli import console
from ledger.store import runs
from ledger.store.ledger import Ledger

# where the child writes what it says; set in its environment
LOG = "LEDGER_RUN_LOG"


def detach(ledger: Ledger, name: str, options: Sequence[str]) -> int:
    """Start the run and wait until it knows what it has to do, or has ended because it could not begin."""
    ledger.place.runs.mkdir(parents=True, exist_ok=True)
    log = runs.said(ledger.place, name, os.getpid())
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
        code = child.poll()
        state = next((state for state in runs.live(ledger.place, name) if state.pid == child.pid), None)
        if code is not None:
            console.say(log.read_text("utf-8", errors="replace").rstrip())
            log.unlink(missing_ok=True)
            return code
        if state is not None and state.total:
            break
        time.sleep(0.05)
    count = state.total
    console.answer(f"{count} trial{'s' if count != 1 else ''} of {name} run in the background (process {child.pid})")
    console.say(
        f"follow them: ledger status {name} --watch\nend them:    ledger status {name} --stop\nwhat it says: {log}"
    )
    return 0
