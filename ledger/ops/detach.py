"""`ledger run --detach`: the same run in a process of its own, which outlives the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.repo import runs
from ledger.repo.ledger import Ledger
from ledger.repo.trust.require import require_trusted

# where the child writes what it says; set in its environment
LOG = "LEDGER_RUN_LOG"


@frozen
class Detached:
    """A run in the background: how many `trials` it has to do, and the `log` that holds what it says."""

    experiment: str
    pid: int
    trials: int
    log: Path


@frozen
class EndedEarly:
    """A run that could not begin, or had nothing to do: its exit code, and what it `said`."""

    code: int
    said: str


def detach(ledger: Ledger, experiment: Experiment, options: Sequence[str]) -> Detached | EndedEarly:
    """Start `ledger run` with these options, and wait until it knows what it has to do.

    Raises LedgerError where what it would run is not trusted.
    """
    name = experiment.name
    require_trusted(ledger, experiment)
    ledger.state_dir.runs.mkdir(parents=True, exist_ok=True)
    log = runs.said(ledger.state_dir, name)
    with log.open("wb") as stream:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "ledger", "run", name, *options],
            stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
            cwd=Path.cwd(), env=os.environ | {LOG: str(log)}, start_new_session=True,
        )  # fmt: skip
    while True:
        code = _polled(child)
        state = next((state for state in runs.live(ledger.state_dir, name) if state.log == str(log)), None)
        if code is not None:
            said = log.read_text("utf-8", errors="replace").rstrip()
            log.unlink(missing_ok=True)
            return EndedEarly(code=code, said=said)
        if state is not None and state.total:
            runs.prune_logs(ledger.state_dir)
            return Detached(experiment=name, pid=child.pid, trials=state.total, log=log)


def _polled(child: subprocess.Popen[bytes]) -> int | None:
    """The exit code of the child, None while it runs; Ctrl-C before it has begun ends it too."""
    try:
        time.sleep(0.05)
        return child.poll()
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise
