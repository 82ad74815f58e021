"""What a person sees of a run: a live table, a line for each finished trial, and a summary."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from ledger.cli import console, errors_shown, live
from ledger.model.plan import Plan
from ledger.model.remarks import Remark
from ledger.model.run_report import RunReport
from ledger.model.run_state import RunState
from ledger.model.settings import Settings
from ledger.report import run as report
from ledger.report.progress import interrupted
from ledger.report.remarks import sentence
from ledger.report.trials import line
from ledger.run.monitor import RunMonitor
from ledger.run.request import Listener
from ledger.run.trial_commit import Kept


class Screen(Listener):
    """Without a terminal it prints lines only; `quiet` leaves out results."""

    def __init__(self, plan: Plan, settings: Settings, *, quiet: bool) -> None:
        self.plan = plan
        self.settings = settings
        self.quiet = quiet
        self.monitor: RunMonitor | None = None
        self.say: Callable[[str], None] = console.say
        self.count = 0
        self._stack = ExitStack()

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, kind: type[BaseException] | None, *raised: object) -> None:
        self._stack.close()
        if kind is KeyboardInterrupt and self.monitor is not None:
            console.say(interrupted(self.monitor.state))

    def doubted(self, doubt: Remark) -> None:
        """Print it before the trials run."""
        console.say(f"note: {sentence(doubt)}")

    def planned(self, monitor: RunMonitor) -> None:
        """Begin to draw."""
        self.monitor = monitor
        if not self.quiet:
            self.say = self._stack.enter_context(live.table(lambda: monitor.state, self.settings))

    def recorded(self, kept: Kept, state: RunState) -> None:
        """Print the trial's outcome."""
        # not the state's number: with several slots that is ahead of what has been said
        self.count += 1
        if not self.quiet:
            of = f"/{state.total}" if self.plan.search is None or self.plan.tunes is not None else ""
            self.say(f"[{self.count}{of}] {line(kept.trial, self.plan, self.settings)}")

    def tell(self, done: RunReport) -> None:
        """Print the summary; `quiet` leaves out what the JSON contains."""
        for note in report.notes(done, quiet=self.quiet):
            console.say(note)
        for error in report.errors(done):
            errors_shown.show(error, code=1, json=self.quiet)
        for text in () if self.quiet else report.answer(done):
            console.answer(text)
