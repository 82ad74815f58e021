"""`ledger pull`: bring experiments from a remote."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import console, options, sharing_options
from ledger.model.sharing import Asked
from ledger.ops.pull import pull as pull_experiments
from ledger.report import sharing as report
from ledger.report.shapes import sharing as shapes


def pull(
    experiments: sharing_options.Experiments = None,
    every: Annotated[bool, typer.Option("--all", help="Every experiment that the remote has.")] = False,
    remote: Annotated[
        str | None, typer.Option("--remote", metavar="NAME", help="A git remote; default: as `git pull` chooses.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come; move nothing.")] = False,
    json: options.AsJson = False,
) -> int:
    """Bring what a remote has of experiments: trials, notes, verdicts. The branches here go on to it.

    Example: ledger pull focal-loss
    """
    asked = Asked(named=tuple(experiments or ()), every=every, remote=remote, dry_run=dry_run)
    with console.opened() as ledger:
        done = pull_experiments(ledger, asked)
    if json:
        console.answer_json(shapes.pulled(done))
    else:
        console.tell(report.pulled(done))
    return 0 if done.complete else 1
