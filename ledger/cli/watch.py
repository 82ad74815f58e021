"""`ledger status --watch`: follow a run from any terminal."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ledger.cli import console, live
from ledger.machine.state_directory import StateDirectory
from ledger.model.run_state import RunState
from ledger.repo import runs
from ledger.repo.ledger import Ledger
from ledger.report.progress import summary


def watch(ledger: Ledger, name: str) -> None:
    """Draw the runs of an experiment until they end, or until the user has seen enough."""
    states = runs.live(ledger.state_dir, name)
    if not states:
        # what a run has come to may be known just after its end
        console.say(f"no run of {name} is in progress (ledger run {name} --detach starts one)")
        return
    watched = states[0].id
    keys = sys.stdin.isatty() and sys.stderr.isatty()
    footer = "s stops the run, q leaves it running" if keys else ""
    last: RunState | None = states[0]

    def present() -> RunState | None:
        return last

    said = None
    try:
        with live.table(present, ledger.settings, footer) as say, _keys(keys) as pressed:
            while (last := _one(ledger.state_dir, name, watched)) is not None:
                if not sys.stderr.isatty() and (last.done, last.failed) != said:
                    said = (last.done, last.failed)
                    say(summary(last, now=console.now()))
                key = pressed(0.25)
                if key == "s":
                    runs.stop(ledger.state_dir, last)
                    say("stopping: finished trials are kept")
                elif key in ("q", "\x1b"):
                    break
    except KeyboardInterrupt:
        console.say(f"the run continues; ledger status {name} --stop ends it")


def _one(state_dir: StateDirectory, name: str, run: str) -> RunState | None:
    return next((state for state in runs.live(state_dir, name) if state.id == run), None)


@contextmanager
def _keys(on: bool) -> Iterator[Callable[[float], str]]:
    """The function that waits so many seconds for a key and returns it, or ""."""
    if not on:

        def wait(seconds: float) -> str:
            time.sleep(seconds)
            return ""

        yield wait
        return
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)

    def read(seconds: float) -> str:
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        return sys.stdin.read(1) if ready else ""

    try:
        yield read
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
