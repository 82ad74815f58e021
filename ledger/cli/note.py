"""`ledger note`: add a dated note."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import change_shapes, console, options
from ledger.ops.note import add_note, path_of


def note(
    text: Annotated[str, typer.Argument(help="What you saw or thought.")],
    experiment: Annotated[
        str | None, typer.Option("--exp", metavar="EXP", help="The experiment; else the current.")
    ] = None,
    json: options.AsJson = False,
) -> int:
    """Add a dated note to the experiment and commit it.

    Example: ledger note "loss is flat after epoch 20"
    """
    with console.opened() as ledger:
        chosen = ledger.experiment(experiment)
        commit = add_note(ledger, chosen, text, now=console.now())
    path = path_of(chosen.name)
    if json:
        console.answer_json(change_shapes.noted(chosen.name, path, commit))
    else:
        console.answer(f"{'noted' if commit is not None else 'already noted'} in {path}")
    return 0
