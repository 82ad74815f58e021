"""What commands share with the terminal: opening the ledger, answers to standard output, messages to the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ledger.cli import terminal
from ledger.cli.progress_bar import ProgressBar
from ledger.report.text import harmless

if TYPE_CHECKING:
    from ledger.repo.ledger import Ledger
    from ledger.report.changes import Told


@contextmanager
def opened(*, bare: bool = False) -> Iterator[Ledger]:
    """The ledger of the current directory; `bare`: a repository without a work tree will do."""
    from ledger.repo.ledger import open_ledger

    with open_ledger(".", bare=bare) as ledger:
        bars = ProgressBar("reading experiments"), ProgressBar("moving data")
        if sys.stderr.isatty():
            ledger.progress, ledger.moving = bars
        try:
            yield ledger
        finally:
            for bar in bars:
                bar.stop()


def answer(text: str, *, painted: bool = False) -> None:
    """Print an answer: without the control characters that text of other people's may hold.

    `painted`: it holds the terminal's colours, and was made harmless before these were put in.
    """
    text = text if painted else harmless(text)
    sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")


def answer_json(document: Any) -> None:
    """Print an answer as JSON."""
    from ledger.report import json

    answer(json.render(document))


def tell(told: Told) -> None:
    """Print an answer, with the notes beside it."""
    answer(told.answer)
    for note in told.notes:
        say(note)


def report(told: Callable[[], Told], shape: Callable[[], Any], *, json: bool) -> None:
    """Print what was done: as it is `told`, or in the `shape` that JSON has."""
    if json:
        answer_json(shape())
    else:
        tell(told())


def say(text: str) -> None:
    """Print a message that is not an answer: without the control characters that text of other people's may hold."""
    # where both go to one place, they stand in the order in which they were said
    sys.stdout.flush()
    # who reads it may have seen enough (`2>&1 | head`): a run of hours goes on
    with suppress(BrokenPipeError):
        sys.stderr.write(terminal.fitted(harmless(text)) + "\n")
        sys.stderr.flush()


def now() -> datetime:
    """The present moment, read in this one place."""
    return datetime.now(UTC)
