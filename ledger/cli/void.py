"""`ledger void`: a trial stays in the record, and counts nowhere."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, options
from ledger.cli.declared import Argument, Option
from ledger.errors import LedgerError
from ledger.ops import void as voiding
from ledger.report import changes
from ledger.report.shapes import changes as shapes


def void(
    trial: Annotated[str, Argument(metavar="EXP:ARM/TRIAL", help="One trial: focal-loss:treatment/seed-3.")],
    message: Annotated[str, Option("-m", "--message", help="Why it does not count.")] = "",
    undo: Annotated[bool, Option("--undo", help="Let it count again.")] = False,
    json: options.AsJson = False,
) -> int:
    """Void a trial openly: its record stays, it counts nowhere, and ledger run runs its replicate again.

    Its result is known by then, so a verdict that compares its arm is not confirmatory, and says why.

    Example: ledger void focal-loss:treatment/seed-3 -m "the disk was full"
    """
    with console.opened() as ledger:
        target = ledger.target(trial)
        if target.experiment is None or target.trial is None:
            raise LedgerError(f"{trial} is not a trial", hint="name one, such as focal-loss:treatment/seed-3")
        if undo:
            done = voiding.undo(ledger, target.experiment, target.trial, why=message)
        else:
            done = voiding.void(ledger, target.experiment, target.trial, why=message, now=console.now())
    console.report(lambda: changes.voided(done), lambda: shapes.voided(done), json=json)
    return 0
