"""`ledger land`: bring an experiment into the main branch."""

from __future__ import annotations

from typing import Annotated

from ledger.analysis.landing import ADOPT, RECORD
from ledger.cli import console, options
from ledger.cli.declared import Argument, Option
from ledger.errors import LedgerError
from ledger.ops.land import land as land_experiment
from ledger.repo.targets import part
from ledger.report import changes
from ledger.report.shapes import changes as shapes


def land(
    experiment: Annotated[
        str | None,
        Argument(metavar="[EXP[:ARM]]", help="An experiment, or the arm to adopt; default: the current one."),
    ] = None,
    record: Annotated[bool, Option("--record", help="Land only its record; leave the code untouched.")] = False,
    adopt: Annotated[bool, Option("--adopt", help="Merge its change too.")] = False,
    message: Annotated[str | None, Option("-m", "--message", help="The commit message.")] = None,
    json: options.AsJson = False,
) -> int:
    """Bring an experiment into the main branch: with its change where the verdict is supported, else only its record.

    Where the verdict is about one arm, land adopts that arm's change and writes its parameters where the code has them.

    Example: ledger land --adopt focal-loss:high-lr
    """
    if record and adopt:
        raise LedgerError("--record and --adopt exclude each other", hint="--adopt brings the record too")
    kind = RECORD if record else ADOPT if adopt else None
    with console.opened() as ledger:
        chosen = part(ledger, experiment)
        if chosen.trial is not None:
            raise LedgerError(
                f"{experiment} is a trial; only an arm can be adopted",
                hint=f"ledger land --adopt {chosen.experiment.name}:{chosen.arm}",
            )
        done = land_experiment(ledger, chosen.experiment, kind=kind, message=message, arm=chosen.arm)
    console.report(lambda: changes.landed(done, chosen=kind is None), lambda: shapes.landed(done), json=json)
    return 0
