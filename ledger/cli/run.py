"""`ledger run`: run the trials that are declared and missing."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import console, options
from ledger.model.hypothesis import Plan
from ledger.model.settings import Settings
from ledger.report.trials import line
from ledger.run.plan import Spec
from ledger.run.record import Kept
from ledger.run.run import Report
from ledger.run.run import run as run_trials


def run(
    experiment: options.Experiment = None,
    message: Annotated[
        str | None, typer.Option("-m", "--message", help="Commit changes of tracked files first, with this message.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="VARIANT[/TRIAL]", help="These alone: treatment, treatment/seed-0; repeatable."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Try trials that failed once more.")] = False,
) -> int:
    """Run the trials that are declared and missing, baseline included, and record each.

    Example: ledger run -m "add focal loss"
    """
    with console.opened() as ledger:
        chosen = ledger.experiment(experiment)
        report = run_trials(
            ledger, chosen, _Lines(chosen.plan, ledger.settings), only=tuple(only or ()), again=again, message=message
        )
    _tell(report)
    return 1 if any(not trial.succeeded for trial in report.trials) or report.uncollected else 0


class _Lines:
    """A line for each trial that ends."""

    def __init__(self, plan: Plan, settings: Settings) -> None:
        self.plan = plan
        self.settings = settings

    def started(self, spec: Spec, number: int, total: int) -> None:
        """Nothing: the line comes with the result."""

    def ended(self, kept: Kept, number: int, total: int) -> None:
        """Say what came of it."""
        console.say(f"[{number}/{total}] {line(kept.trial, self.plan, self.settings)}")


def _tell(report: Report) -> None:
    for warning in report.warnings:
        console.say(f"warning: {warning}")
    failed = [trial for trial in report.trials if not trial.succeeded]
    for trial in failed:
        assert trial.error is not None
        console.say(f"\n{trial.id} {trial.status} in {trial.error.stage}:")
        for row in trial.error.tail.splitlines()[-10:]:
            console.say(f"  {row}")
    if report.uncollected is not None:
        console.say(f"error: the trials are recorded, but not on the branch yet: {report.uncollected}")
        console.say("hint: commit or stash those changes; the next ledger run collects the trials")
    for collected in (report.earlier, report.collected):
        if collected is not None:
            for remark in collected.remarks:
                console.say(f"warning: {remark}")
            count = collected.trials
            console.answer(f"{count} trial{'s' if count != 1 else ''} on the branch, full states under {collected.tag}")
    if not report.trials and report.earlier is None and report.collected is None and report.uncollected is None:
        console.answer("nothing to run: every declared trial is recorded")
    if report.skipped_failures and not failed:
        console.say(f"{report.skipped_failures} failed before at this state: ledger run --again tries them once more")
