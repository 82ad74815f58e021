"""`ledger archive`: put a finished branch away under its tag."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, options
from ledger.cli.declared import Argument, Option
from ledger.ops.archive import archive as put_away
from ledger.ops.archive import bring_back
from ledger.report import changes
from ledger.report.shapes import changes as shapes


def archive(
    experiment: Annotated[str, Argument(metavar="EXP", help="An experiment's name or its beginning.")],
    force: Annotated[
        bool, Option("--force", help="Archive it even without a verdict, or with changes that have not landed.")
    ] = False,
    undo: Annotated[bool, Option("--undo", help="Bring the branch back.")] = False,
    json: options.AsJson = False,
) -> int:
    """Archive a finished branch: a tag holds its tip, and every command still finds the experiment.

    Its checkpoints stay: dvc gc --all-commits follows tags.

    Example: ledger archive focal-loss
    """
    with console.opened() as ledger:
        chosen = ledger.experiment(experiment)
        done = bring_back(ledger, chosen) if undo else put_away(ledger, chosen, force=force)
    console.report(lambda: changes.archived(done), lambda: shapes.archived(done), json=json)
    return 0
