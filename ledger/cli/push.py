"""`ledger push`: send experiments to a remote."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import console, options, sharing_options
from ledger.model.sharing import Asked
from ledger.ops.push import push as push_experiments
from ledger.report import sharing as report
from ledger.report.shapes import sharing as shapes


def push(
    experiments: sharing_options.Experiments = None,
    every: Annotated[bool, typer.Option("--all", help="Every experiment that is here.")] = False,
    remote: Annotated[
        str | None, typer.Option("--remote", metavar="NAME", help="A git remote; default: as `git push` chooses.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent; send nothing.")] = False,
    json: options.AsJson = False,
) -> int:
    """Send the branches and tags of experiments to a remote: all or nothing, and nothing there is overwritten.

    Example: ledger push focal-loss
    """
    asked = Asked(named=tuple(experiments or ()), every=every, remote=remote, dry_run=dry_run)
    with console.opened() as ledger:
        done = push_experiments(ledger, asked)
    if json:
        console.answer_json(shapes.pushed(done))
    else:
        console.tell(report.pushed(done))
    return 0
