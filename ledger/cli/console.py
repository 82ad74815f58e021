"""What commands share with the terminal: opening the ledger, answers to standard output, messages to the other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.errors import LedgerError
from ledger.report.text import as_json, harmless

if TYPE_CHECKING:
    from ledger.repo.ledger import Ledger
    from ledger.report.changes import Told


@contextmanager
def opened() -> Iterator[Ledger]:
    """The ledger of the current directory."""
    from ledger.repo.ledger import open_ledger

    with open_ledger(".") as ledger:
        bar = Progress("reading experiments")
        if sys.stderr.isatty():
            ledger.progress = bar
        try:
            yield ledger
        finally:
            bar.stop()


class Progress:
    """A bar on the terminal for what takes more than half a second; called with what is done and what there is."""

    def __init__(self, what: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._clock = clock
        self._began: float | None = None
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        now_ = self._clock()
        self._began = now_ if self._began is None else self._began
        if self._bar is None and done < total and now_ - self._began > 0.5:
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.add_task(self._what, total=total)
            self._bar.start()
        if self._bar is not None:
            self._bar.update(0, completed=done)
            if done == total:
                self.stop()

    @property
    def shown(self) -> bool:
        """Whether the bar is on the terminal now."""
        return self._bar is not None

    def stop(self) -> None:
        """Take the bar away, also where what it was for has failed."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


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


def say(text: str) -> None:
    """Print a message that is no answer: without the control characters that text of other people's may hold."""
    # where both go to one place, they stand in the order in which they were said
    sys.stdout.flush()
    # who reads it may have seen enough (`2>&1 | head`): a run of hours goes on
    with suppress(BrokenPipeError):
        sys.stderr.write(harmless(text) + "\n")
        sys.stderr.flush()


def warn_unreadable(ledger: Ledger) -> None:
    """Name the experiments that were left out because they cannot be read, and count what is too new to be read."""
    for reason in ledger.unreadable().values():
        say(f"warning: passed over: {reason}")
    warn_newer(ledger.index.newer())
    if ledger.index.remark is not None:
        say(f"warning: {ledger.index.remark}")


def warn_newer(records: int) -> None:
    """Say how many records were left out because a newer version has written them."""
    if records:
        some = f"{records} record{'s are' if records > 1 else ' is'}"
        say(f"warning: {some} of a newer version of ledger and passed over: pip install -U experiment-ledger")


def warn_passed_over(records: int) -> None:
    """Say how many files of experiments that can be read were left out because they themselves cannot be."""
    if records:
        files = f"{records} file{'s' if records > 1 else ''} of experiments"
        say(f"warning: {files} cannot be read and {'are' if records > 1 else 'is'} passed over: ledger log names them")


def show_error(error: LedgerError, *, code: int, json: bool) -> None:
    """Say what is wrong, then what to type; as JSON with the exit code where JSON was asked for."""
    if json:
        say_error_as_json(error.message, error.hint, code)
        return
    say(f"error: {error.message}")
    if error.hint:
        say(f"hint: {error.hint}")


def say_error_as_json(message: str, hint: str | None, code: int) -> None:
    """Say in one line of JSON what is wrong and what to type, with the exit code."""
    say(as_json({"error": message, "hint": hint, "code": code}))


def columns() -> int:
    """How wide the terminal is; where it is none, `$COLUMNS` or else 80."""
    return shutil.get_terminal_size((80, 24)).columns


def bound() -> int | None:
    """How wide lines may be: as `columns`; None, any width, where a program reads them and there is no `$COLUMNS`."""
    return columns() if sys.stdout.isatty() or os.environ.get("COLUMNS") else None


def has_colour() -> bool:
    """Whether the answer goes to a terminal that shows colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def now() -> datetime:
    """The present moment, read in this one place."""
    return datetime.now(UTC)


def edited(prompt: str) -> str:
    """What the user writes into an editor, as git asks for a message. Raises LedgerError where it fails."""
    import tempfile

    editor = os.environ.get("GIT_EDITOR") or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "VERDICT_EDITMSG.md"
        path.write_text("\n" + "".join(f"# {line}".rstrip() + "\n" for line in prompt.splitlines()), "utf-8")
        if subprocess.run(["/bin/sh", "-c", f'{editor} "$1"', editor, str(path)], check=False).returncode != 0:
            raise LedgerError(f"the editor {editor} failed", hint='say it on the command line: -m "…"')
        lines = path.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#")).strip()
