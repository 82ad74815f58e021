"""A live table on a terminal: what a run is at, drawn again and again on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ledger.cli import console
from ledger.model.run_state import RunState
from ledger.model.settings import Settings
from ledger.repo import runs
from ledger.report.progress import progress
from ledger.report.text import harmless


@contextmanager
def table(
    state: Callable[[], RunState | None], settings: Settings, footer: str = ""
) -> Iterator[Callable[[str], None]]:
    """Draw the state while the block lasts; gives the function that prints a line above the table.

    Where standard error is not a terminal, nothing is drawn and lines are printed as they come.
    """
    if not sys.stderr.isatty():
        yield console.say
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    screen = Console(stderr=True, highlight=False)

    def drawn() -> Text:
        now = state()
        if now is None or not now.total:
            return Text("")
        lines = progress(now, runs.latest(now), settings, now=console.now(), total=screen.width - 1)
        # more rows than the terminal has would scroll
        return Text(
            harmless("\n".join([*lines[: max(2, screen.height - 2)], *([footer] if footer else [])])), no_wrap=True
        )

    with Live(get_renderable=drawn, console=screen, refresh_per_second=4, transient=True) as live:

        def say(text: str) -> None:
            live.console.print(Text(harmless(text)), soft_wrap=True)

        yield say
