"""`ledger note`: add a dated note."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import console
from ledger.ops.note import add_note


def note(
    text: Annotated[str, typer.Argument(help="What you saw or thought.")],
    experiment: Annotated[
        str | None, typer.Option("--exp", metavar="EXP", help="The experiment; else the current.")
    ] = None,
) -> int:
    """Add a dated note to the experiment and commit it.

    Example: ledger note "loss is flat after epoch 20"
    """
    with console.opened() as ledger:
        chosen = ledger.experiment(experiment)
        added = add_note(ledger, chosen, text, now=console.now())
    console.answer(f"{'noted' if added else 'already noted'} in experiments/{chosen.name}/notes.md")
    return 0
