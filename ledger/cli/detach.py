"""`ledger run --detach`, at the terminal."""

from __future__ import annotations

from ledger.cli import console
from ledger.model.experiment import Experiment
from ledger.ops import detach as ops
from ledger.repo.ledger import Ledger
from ledger.report.run import in_background
from ledger.run.request import RunOptions


def detach(ledger: Ledger, experiment: Experiment, wanted: RunOptions, *, json: bool) -> int:
    """Start the run in the background. Returns the exit code, that of the run where it could not begin."""
    done = ops.detach(ledger, experiment, _options(wanted, json=json))
    if isinstance(done, ops.EndedEarly):
        console.say(done.said)
        return done.code
    name, log = done.experiment, str(done.log)
    shape = {"experiment": name, "pid": done.pid, "trials": done.trials, "log": log}
    console.report(lambda: in_background(name, done.trials, done.pid, log), lambda: shape, json=json)
    return 0


def _options(wanted: RunOptions, *, json: bool) -> list[str]:
    """The same wishes as options."""
    found = [] if wanted.message is None else [f"--message={wanted.message}"]
    found += [f"--only={name}" for name in wanted.only]
    flags = {"again": wanted.again, "yes": wanted.unmeasured, "json": json}
    found += [f"--{name}" for name, given in flags.items() if given]
    numbers = {"jobs": wanted.jobs, "timeout": wanted.timeout, "gpus-per-trial": wanted.gpus_per_trial}
    return found + [f"--{name}={value}" for name, value in numbers.items() if value is not None]
