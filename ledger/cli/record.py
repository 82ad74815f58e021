"""`ledger record`: keep what `dvc repro` made."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, errors_shown, options
from ledger.cli.declared import Option
from ledger.errors import LedgerError
from ledger.ops.record import record as record_by_hand
from ledger.report import changes
from ledger.report.shapes import changes as shapes


def record(
    message: Annotated[str | None, Option("-m", "--message", help="What you changed, if it is not committed.")] = None,
    variant: Annotated[str | None, Option(metavar="NAME", help="Which arm it is, if it fits several.")] = None,
    json: options.AsJson = False,
) -> int:
    """Record what `dvc repro` just made in this work tree as a trial; the parameters say which one.

    An uncommitted change is committed as code first.

    Example: dvc repro && ledger record -m "add focal loss"
    """
    with console.opened() as ledger:
        done = record_by_hand(ledger, message=message, variant=variant)
        settings = ledger.settings
    console.report(lambda: changes.recorded(done, settings), lambda: shapes.recorded(done), json=json)
    if done.uncollected is not None:
        uncollected = LedgerError(
            f"it is recorded, but not on the branch yet: {done.uncollected}",
            hint="commit or stash those changes; the next ledger run collects it",
        )
        errors_shown.show(uncollected, code=1, json=json)
        return 1
    return 0
