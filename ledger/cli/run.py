"""`ledger run`: run the trials that are declared and missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from ledger.cli import console, options, values
from ledger.cli.declared import Option
from ledger.cli.detach import detach
from ledger.cli.screen import Screen
from ledger.ops.detach import LOG
from ledger.ops.run import run as run_trials
from ledger.report.shapes import trials as shapes
from ledger.run.request import RunOptions, named


def run(
    experiment: options.Part = None,
    message: Annotated[
        str | None, Option("-m", "--message", help="Commit changes of tracked files first, with this message.")
    ] = None,
    jobs: Annotated[
        int | None,
        Option("-j", "--jobs", metavar="N", min=1, help="Trials in parallel; default: `jobs` in ledger.yaml, else 1."),
    ] = None,
    only: Annotated[
        list[str] | None,
        Option(metavar="VARIANT[/TRIAL]", help="Only these: treatment, seed-0, treatment/seed-0; repeatable."),
    ] = None,
    again: Annotated[bool, Option("--again", help="Retry trials that failed.")] = False,
    yes: Annotated[bool, Option("--yes", help="Continue even if no trial has the metric that counts.")] = False,
    timeout: options.Timeout = None,
    gpus_per_trial: Annotated[
        int | None, Option(metavar="K", min=1, help="Give each trial K GPUs of its own (CUDA_VISIBLE_DEVICES).")
    ] = None,
    detached: Annotated[
        bool, Option("--detach", help="Run in the background, even after the terminal closes.")
    ] = False,
    json: options.AsJson = False,
) -> int:
    """Run the declared trials that are missing, baseline included, and record each.

    Ctrl-C stops the run; finished trials are kept, and the next run continues with the rest.

    Example: ledger run -j 4 -m "add focal loss"
    """
    log = os.environ.pop(LOG, None)
    wanted = RunOptions(
        only=tuple(only or ()),
        again=again,
        unmeasured=yes,
        message=message,
        jobs=jobs,
        timeout=None if timeout is None else values.duration(timeout),
        gpus_per_trial=gpus_per_trial,
        log=None if log is None else Path(log),
    )
    with console.opened() as ledger:
        chosen, wanted = named(ledger, experiment, wanted)
        if detached:
            return detach(ledger, chosen, wanted, json=json)
        with Screen(chosen.plan, ledger.settings, quiet=json) as screen:
            done = run_trials(ledger, chosen, screen, wanted)
    if json:
        console.answer_json(shapes.run(done))
    screen.tell(done)
    return 0 if done.complete else 1
