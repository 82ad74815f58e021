"""`ledger pull`: bring experiments from a remote."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, options, sharing_options
from ledger.cli.declared import Option
from ledger.ops.pull import pull as pull_experiments
from ledger.report import sharing as report
from ledger.report.shapes import sharing as shapes


def pull(
    experiments: sharing_options.Experiments = None,
    every: Annotated[bool, Option("--all", help="Every experiment that the remote has.")] = False,
    remote: Annotated[
        str | None, Option("--remote", metavar="NAME", help="A git remote; default: as `git pull` chooses.")
    ] = None,
    no_data: sharing_options.NoData = False,
    data_remote: sharing_options.DataRemote = None,
    jobs: sharing_options.Jobs = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Show what would be pulled; pull nothing.")] = False,
    json: options.AsJson = False,
) -> int:
    """Pull experiments: trials, notes and verdicts from the git remote, and their data from the DVC remote.

    Branches here are fast-forwarded; where both sides have new trials, yours are replayed on theirs.

    Example: ledger pull focal-loss
    """
    asked = sharing_options.asked(
        experiments, every=every, remote=remote, no_data=no_data, data_remote=data_remote, jobs=jobs, dry_run=dry_run
    )
    with console.opened() as ledger:
        done = pull_experiments(ledger, asked)
    console.report(lambda: report.pulled(done), lambda: shapes.pulled(done), json=json)
    return 0 if done.complete else 1
