"""`ledger record`: keep what `dvc repro` made."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import change_shapes, console, options
from ledger.errors import LedgerError
from ledger.model.hypothesis import Plan
from ledger.model.settings import Settings
from ledger.ops.record import Report
from ledger.ops.record import record as record_by_hand
from ledger.report.trials import line


def record(
    message: Annotated[
        str | None, typer.Option("-m", "--message", help="What you changed, where the change is not committed yet.")
    ] = None,
    variant: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which arm it is, where it fits more than one.")
    ] = None,
    json: options.AsJson = False,
) -> int:
    """Record what `dvc repro` just made in this work tree as a trial; the parameters say which one.

    A change that is not committed yet is committed as code first.

    Example: dvc repro && ledger record -m "add focal loss"
    """
    with console.opened() as ledger:
        plan = ledger.current().plan
        report = record_by_hand(ledger, message=message, variant=variant)
        settings = ledger.settings
    if json:
        console.answer_json(change_shapes.recorded(plan.name, report))
    else:
        _tell(report, plan, settings)
    if report.uncollected is not None:
        uncollected = LedgerError(
            f"it is recorded, but not on the branch yet: {report.uncollected}",
            hint="commit or stash those changes; the next ledger run collects it",
        )
        console.show_error(uncollected, code=1, json=json)
        return 1
    return 0


def _tell(report: Report, plan: Plan, settings: Settings) -> None:
    for warning in report.warnings:
        console.say(f"warning: {warning}")
    if report.code is not None:
        console.say(f"committed the change as {report.code[:10]}")
    console.answer(f"recorded {line(report.trial, plan, settings)} as {report.trial.id}")
    for remark in report.collected.remarks if report.collected is not None else ():
        console.say(f"warning: {remark}")
