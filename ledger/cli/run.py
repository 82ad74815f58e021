"""`ledger run`: run the trials that are declared and missing."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import console, detach, live, options
from ledger.errors import LedgerError
from ledger.model.hypothesis import Plan
from ledger.model.listing import listed
from ledger.model.run_state import RunState
from ledger.model.settings import Settings
from ledger.ops.run import Report, Wanted
from ledger.ops.run import run as run_trials
from ledger.repo.targets import part
from ledger.report import shapes
from ledger.report.text import cut
from ledger.report.trials import line
from ledger.run.monitor import RunMonitor
from ledger.run.record import Kept

# of a longer line that a stage has printed, so many columns are shown
_LINE = 300


def run(
    experiment: options.Part = None,
    message: Annotated[
        str | None, typer.Option("-m", "--message", help="Commit changes of tracked files first, with this message.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("-j", "--jobs", metavar="N", min=1, help="So many at a time; `jobs` of ledger.yaml, else 1."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="VARIANT[/TRIAL]", help="These alone: treatment, seed-0, treatment/seed-0; repeatable."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Try trials that failed once more.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Go on although no trial has a metric that is predicted.")] = False,
    timeout: options.Timeout = None,
    gpus_per_trial: Annotated[
        int | None, typer.Option(metavar="K", min=1, help="Give each trial K GPUs of its own (CUDA_VISIBLE_DEVICES).")
    ] = None,
    detached: Annotated[
        bool, typer.Option("--detach", help="Go on in the background, after the terminal is closed too.")
    ] = False,
    json: options.AsJson = False,
) -> int:
    """Run the trials that are declared and missing, baseline included, and record each.

    Ctrl-C ends it; what has finished is kept, and the next run goes on with what is missing.

    Example: ledger run -j 4 -m "add focal loss"
    """
    log = os.environ.pop(detach.LOG, None)
    wanted = Wanted(
        only=tuple(only or ()),
        again=again,
        unmeasured=yes,
        message=message,
        jobs=jobs,
        timeout=None if timeout is None else options.duration(timeout),
        gpus_per_trial=gpus_per_trial,
        log=None if log is None else Path(log),
    )
    with console.opened() as ledger:
        named = part(ledger, experiment)
        chosen = named.experiment
        if named.name is not None:
            if only:
                raise LedgerError(
                    f"{experiment} and --only both choose trials", hint=f"ledger run {chosen.name} --only {named.name}"
                )
            wanted = replace(wanted, only=(named.name,))
        if detached:
            return detach.detach(ledger, chosen.name, _given(wanted, json=json), json=json)
        with _Screen(chosen.plan, ledger.settings, quiet=json) as screen:
            try:
                report = run_trials(ledger, chosen, screen, wanted)
            except KeyboardInterrupt:
                screen.interrupted()
                raise
    if json:
        console.answer_json(shapes.run(report.name, report.trials, _tag(report), report.uncollected))
    _tell(report, quiet=json)
    return 1 if report.uncollected or report.unfinished else 0


def _given(wanted: Wanted, *, json: bool) -> list[str]:
    """The same wishes as options."""
    found = [] if wanted.message is None else [f"--message={wanted.message}"]
    found += [f"--only={name}" for name in wanted.only]
    found += ["--again"] if wanted.again else []
    found += ["--yes"] if wanted.unmeasured else []
    numbers = {"jobs": wanted.jobs, "timeout": wanted.timeout, "gpus-per-trial": wanted.gpus_per_trial}
    found += [f"--{name}={value}" for name, value in numbers.items() if value is not None]
    return found + (["--json"] if json else [])


class _Screen:
    """A live table with a line above it for each trial that ends; lines alone where there is no terminal."""

    def __init__(self, plan: Plan, settings: Settings, *, quiet: bool) -> None:
        self.plan = plan
        self.settings = settings
        self.quiet = quiet
        self.monitor: RunMonitor | None = None
        self.say: Callable[[str], None] = console.say
        self.count = 0
        self._stack = ExitStack()

    def __enter__(self) -> _Screen:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    def interrupted(self) -> None:
        """Say what is kept."""
        if self.monitor is not None:
            state = self.monitor.state
            rest = "; ledger run goes on with the rest" if state.done < state.total else ""
            console.say(f"{state.done} of {state.total} trials are done and kept{rest}")

    def doubted(self, doubt: str) -> None:
        """Say it before the hours are spent."""
        console.say(f"note: {doubt}")

    def planned(self, monitor: RunMonitor) -> None:
        """Begin to draw."""
        self.monitor = monitor
        if not self.quiet:
            self.say = self._stack.enter_context(live.table(lambda: monitor.state, self.settings))

    def recorded(self, kept: Kept, state: RunState) -> None:
        """Say what came of it."""
        # not the state's number: with several slots that is ahead of what has been said
        self.count += 1
        if not self.quiet:
            self.say(f"[{self.count}/{state.total}] {line(kept.trial, self.plan, self.settings)}")


def _tag(report: Report) -> str | None:
    return None if report.collected is None else report.collected.tag


def _tell(report: Report, *, quiet: bool) -> None:
    for warning in report.warnings:
        console.say(f"warning: {warning}")
    failed = [trial for trial in report.trials if not trial.succeeded]
    for trial in [] if quiet else failed[:5]:
        error = trial.error
        assert error is not None
        reason = f" ({error.reason})" if error.reason else ""
        stage = f" in {error.stage}" if error.stage else ""
        console.say(f"\n{trial.id} {trial.status}{stage}{reason}:")
        for row in error.tail.splitlines()[-10:]:
            console.say(f"  {cut(row, _LINE)}")
        if error.hint:
            console.say(f"hint: {error.hint}")
    if len(failed) > 1 and not quiet:
        console.say(f"\n{len(failed)} trials have no result: {listed((t.id for t in failed), 12)}")
    if failed and not quiet:
        console.say(f"what it printed: ledger show {report.name}:{failed[0].id} --log")
    if report.uncollected is not None:
        uncollected = LedgerError(
            f"the trials are recorded, but not on the branch yet: {report.uncollected}",
            hint=report.remedy or "the next ledger run collects the trials",
        )
        console.show_error(uncollected, code=1, json=quiet)
    if report.lost:
        lost = LedgerError(
            f"cut off twice, since the worker process was killed: {', '.join(report.lost)}",
            hint="is the memory of the machine enough for so many at a time? ledger run tries them again",
        )
        console.show_error(lost, code=1, json=quiet)
    if report.elsewhere:
        console.say(f"{len(report.elsewhere)} are another run's: ledger status {report.name} says how far it is")
    if report.stale:
        console.say(f"the branch changed meanwhile, so {report.stale} are stale: ledger run runs them again")
    grown = report.missing - len(report.lost) - len(report.elsewhere)
    if grown > 0:
        some = f"{grown} {'is' if grown == 1 else 'are'}"
        console.say(f"the plan grew meanwhile, so {some} missing: ledger run goes on with them")
    for collected in (report.earlier, report.collected):
        if collected is not None:
            for remark in collected.remarks:
                console.say(f"warning: {remark}")
            count = collected.trials
            if not quiet:
                console.answer(
                    f"{count} trial{'s' if count != 1 else ''} on the branch, full states under {collected.tag}"
                )
    nothing = not report.trials and report.earlier is None and report.collected is None and report.uncollected is None
    if nothing and not quiet and not report.elsewhere and report.unfinished == report.skipped_failures:
        tried = f"has been tried, {report.skipped_failures} failed" if report.skipped_failures else "is recorded"
        console.answer(f"nothing to run: every declared trial {tried}")
    if report.skipped_failures and not failed:
        console.say(f"{report.skipped_failures} failed before at this state: ledger run --again tries them once more")
