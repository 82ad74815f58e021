"""`ledger record`: keep what `dvc repro` made."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import console
from ledger.ops.record import record as record_by_hand
from ledger.report.trials import line


def record(
    message: Annotated[
        str | None, typer.Option("-m", "--message", help="What you changed, where the change is not committed yet.")
    ] = None,
    variant: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which arm it is, where it fits more than one.")
    ] = None,
) -> int:
    """Record what `dvc repro` just made in this work tree as a trial; the parameters say which one.

    A change that is not committed yet is committed as code first.

    Example: dvc repro && ledger record -m "add focal loss"
    """
    with console.opened() as ledger:
        plan = ledger.current().plan
        report = record_by_hand(ledger, message=message, variant=variant)
    for warning in report.warnings:
        console.say(f"warning: {warning}")
    if report.code is not None:
        console.say(f"committed the change as {report.code[:10]}")
    console.answer(f"recorded {line(report.trial, plan, ledger.settings)} as {report.trial.id}")
    if report.uncollected is not None:
        console.say(f"error: it is recorded, but not on the branch yet: {report.uncollected}")
        console.say("hint: commit or stash those changes; the next ledger run collects it")
        return 1
    for remark in report.collected.remarks if report.collected is not None else ():
        console.say(f"warning: {remark}")
    return 0
