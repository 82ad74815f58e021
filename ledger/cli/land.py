"""`ledger land`: bring an experiment into the main branch."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import change_shapes, console, options
from ledger.errors import LedgerError
from ledger.model.hypothesis import TREATMENT
from ledger.model.listing import listed
from ledger.ops.land import Landed
from ledger.ops.land import land as land_experiment
from ledger.ops.landing import ADOPT, RECORD
from ledger.repo.targets import part


def land(
    experiment: Annotated[
        str | None,
        typer.Argument(
            metavar="[EXP[:ARM]]", help="An experiment, or the arm whose change is adopted; else the current."
        ),
    ] = None,
    record: Annotated[bool, typer.Option("--record", help="Its record alone, code untouched.")] = False,
    adopt: Annotated[bool, typer.Option("--adopt", help="Its change too, by a merge.")] = False,
    message: Annotated[str | None, typer.Option("-m", "--message", help="What to say in the commit.")] = None,
    json: options.AsJson = False,
) -> int:
    """Bring an experiment into the main branch: with its change where the verdict is supported, else its record alone.

    Where the verdict is about one arm, that arm's change is adopted, its parameters written where the code has them.

    Example: ledger land --adopt focal-loss:high-lr
    """
    if record and adopt:
        raise LedgerError("--record and --adopt exclude each other", hint="--adopt brings the record too")
    kind = RECORD if record else ADOPT if adopt else None
    with console.opened() as ledger:
        chosen = part(ledger, experiment)
        if chosen.trial is not None:
            raise LedgerError(
                f"{experiment} is a trial, and an arm is adopted",
                hint=f"ledger land --adopt {chosen.experiment.name}:{chosen.arm}",
            )
        landed = land_experiment(ledger, chosen.experiment, kind=kind, message=message, arm=chosen.arm)
    if json:
        console.answer_json(change_shapes.landed(landed))
        return 0
    for remark in landed.remarks:
        console.say(remark)
    console.answer(_told(landed, chosen=kind is None))
    return 0


def _told(landed: Landed, *, chosen: bool) -> str:
    done, experiment = landed.prepared, landed.experiment
    branch = (experiment.branch or "").removeprefix("refs/heads/")
    change = "with its change" if done.arm == TREATMENT else f"with the change of its arm {done.arm}"
    what = change if done.kind == ADOPT else "its record alone, code untouched"
    why = f" (the verdict is {experiment.state}; --{RECORD if done.kind == ADOPT else ADOPT} does the other)"
    off = []
    if chosen and done.data_left:
        off = [f"its data ({listed(done.data_left, 3)}) stay off {done.main}: --adopt keeps them, without a claim"]
    lines = [f"landed {experiment.name} on {done.main} as {done.step.new[:10]}: {what}{why if chosen else ''}"]
    lines += off
    if done.stale:
        lines.append(f"to be reproduced on {done.main}: {', '.join(done.stale)} (git switch {done.main}, dvc repro)")
    elif done.measured is False:
        lines.append(f"the trials ran on another state than {done.main} now has: their numbers may not be its")
    if done.tag is not None:
        lines.append(f"its tip is held by the tag {done.tag}, so the branch can go: git branch -D {branch}")
    else:
        lines.append(f"the branch can go: git branch -d {branch}")
    return "\n".join(lines)
