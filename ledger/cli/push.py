"""`ledger push`: send experiments to a remote."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, options, sharing_options
from ledger.cli.declared import Option
from ledger.ops.push import push as push_experiments
from ledger.report import sharing as report
from ledger.report.shapes import sharing as shapes


def push(
    experiments: sharing_options.Experiments = None,
    every: Annotated[bool, Option("--all", help="Every experiment here.")] = False,
    remote: Annotated[
        str | None, Option("--remote", metavar="NAME", help="A git remote; default: as `git push` chooses.")
    ] = None,
    no_data: sharing_options.NoData = False,
    data_remote: sharing_options.DataRemote = None,
    jobs: sharing_options.Jobs = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Show what would be pushed; push nothing.")] = False,
    json: options.AsJson = False,
) -> int:
    """Push experiments: first their trials' data to the DVC remote, then branches and tags to the git remote.

    Branches and tags are pushed atomically, and nothing there is overwritten.

    Example: ledger push focal-loss
    """
    asked = sharing_options.asked(
        experiments, every=every, remote=remote, no_data=no_data, data_remote=data_remote, jobs=jobs, dry_run=dry_run
    )
    with console.opened() as ledger:
        done = push_experiments(ledger, asked)
    console.report(lambda: report.pushed(done), lambda: shapes.pushed(done), json=json)
    return 0 if done.sound else 1
