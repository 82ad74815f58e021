"""`ledger land`: bring an experiment into the main branch."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import console, options
from ledger.errors import LedgerError
from ledger.run.land import Landed
from ledger.run.land import land as land_experiment
from ledger.store.landing.land import ADOPT, RECORD


def land(
    experiment: options.Experiment = None,
    record: Annotated[bool, typer.Option("--record", help="Its record alone, code untouched.")] = False,
    adopt: Annotated[bool, typer.Option("--adopt", help="Its change too, by a merge.")] = False,
    message: Annotated[str | None, typer.Option("-m", "--message", help="What to say in the commit.")] = None,
) -> int:
    """Bring an experiment into the main branch: with its change where the verdict is supported, else its record alone.

    Example: ledger land focal-loss
    """
    if record and adopt:
        raise LedgerError("--record and --adopt exclude each other", hint="--adopt brings the record too")
    kind = RECORD if record else ADOPT if adopt else None
    with console.opened() as ledger:
        landed = land_experiment(ledger, ledger.experiment(experiment), kind=kind, message=message)
    for remark in landed.remarks:
        console.say(remark)
    console.answer(_told(landed, chosen=kind is None))
    return 0


def _told(landed: Landed, *, chosen: bool) -> str:
    done, experiment = landed.prepared, landed.experiment
    branch = (experiment.branch or "").removeprefix("refs/heads/")
    what = "with its change" if done.kind == ADOPT else "its record alone, code untouched"
    why = f" (the verdict is {experiment.outcome}; --{RECORD if done.kind == ADOPT else ADOPT} does the other)"
    lines = [f"landed {experiment.name} on {done.main} as {done.step.new[:10]}: {what}{why if chosen else ''}"]
    if done.stale:
        lines.append(f"to be reproduced on {done.main}: {', '.join(done.stale)} (git switch {done.main}, dvc repro)")
    elif done.measured is False:
        lines.append(f"the trials ran on another state than {done.main} now has: their numbers may not be its")
    if done.tag is not None:
        lines.append(f"its tip is held by the tag {done.tag}, so the branch can go: git branch -D {branch}")
    else:
        lines.append(f"the branch can go: git branch -d {branch}")
    return "\n".join(lines)
