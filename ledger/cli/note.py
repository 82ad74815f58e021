"""`ledger note`: add a dated note."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, options
from ledger.cli.declared import Argument, Option
from ledger.ops.note import add_note
from ledger.report import changes
from ledger.report.shapes import changes as shapes


def note(
    text: Annotated[str, Argument(help="What you saw or thought.")],
    experiment: Annotated[
        str | None, Option("--exp", metavar="EXP", help="The experiment; default: the current one.")
    ] = None,
    json: options.AsJson = False,
) -> int:
    """Add a dated note to the experiment and commit it.

    Example: ledger note "loss is flat after epoch 20"
    """
    with console.opened() as ledger:
        done = add_note(ledger, ledger.experiment(experiment), text, now=console.now())
    console.report(lambda: changes.noted(done), lambda: shapes.noted(done), json=json)
    return 0
