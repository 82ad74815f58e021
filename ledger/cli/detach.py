"""`ledger run --detach`: the same run in a process of its own, which outlives the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from ledger.cli import console
from ledger.model.experiment import Experiment
from ledger.model.listing import counted
from ledger.repo import runs
from ledger.repo.ledger import Ledger
from ledger.repo.trust.require import require_trusted
from ledger.run.request import RunOptions

# where the child writes what it says; set in its environment
LOG = "LEDGER_RUN_LOG"


def detach(ledger: Ledger, experiment: Experiment, wanted: RunOptions, *, json: bool) -> int:
    """Start the run and wait until it knows what it has to do, or has ended because it could not begin.

    Raises LedgerError where what it would run is not trusted.
    """
    name = experiment.name
    require_trusted(ledger, experiment)
    ledger.state_dir.runs.mkdir(parents=True, exist_ok=True)
    log = runs.said(ledger.state_dir, name)
    with log.open("wb") as stream:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "ledger", "run", name, *_options(wanted, json=json)],
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
    runs.prune_logs(ledger.state_dir)
    if json:
        console.answer_json({"experiment": name, "pid": child.pid, "trials": state.total, "log": str(log)})
        return 0
    console.answer(f"{counted(state.total, 'trial')} of {name} run in the background (process {child.pid})")
    console.say(
        f"follow them: ledger status {name} --watch\nend them:    ledger status {name} --stop\nwhat it says: {log}"
    )
    return 0


def _options(wanted: RunOptions, *, json: bool) -> list[str]:
    """The same wishes as options."""
    found = [] if wanted.message is None else [f"--message={wanted.message}"]
    found += [f"--only={name}" for name in wanted.only]
    flags = {"again": wanted.again, "yes": wanted.unmeasured, "json": json}
    found += [f"--{name}" for name, given in flags.items() if given]
    numbers = {"jobs": wanted.jobs, "timeout": wanted.timeout, "gpus-per-trial": wanted.gpus_per_trial}
    return found + [f"--{name}={value}" for name, value in numbers.items() if value is not None]


def _polled(child: subprocess.Popen[bytes]) -> int | None:
    """The exit code of the child, None while it runs; Ctrl-C before it has begun ends it too."""
    try:
        time.sleep(0.05)
        return child.poll()
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise
