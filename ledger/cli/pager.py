"""Answers that may be longer than the screen, shown in the pager that git would use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ledger.cli import console
from ledger.report.text import harmless

if TYPE_CHECKING:
    from ledger.git.git import Git

# leave where all fits on the screen (F), keep colours (R), keep the screen (X), and scroll wide lines (S)
LESS = "FRXS"


def answer(text: str, git: Git, *, painted: bool = False) -> None:
    """Print an answer, through the pager where standard output is a terminal.

    Which one is git's decision: `$GIT_PAGER`, `core.pager`, `$PAGER`, else less. `ledger --no-pager` prints it as it
    is, and so does the pager `cat`. `painted`: as in `console.answer`.
    """
    if sys.stdout.isatty():
        pager = git.text("var", "GIT_PAGER").strip()
        if pager not in ("", "cat") and shown(text if painted else harmless(text), pager, os.environ):
            return
    console.answer(text, painted=painted)


def shown(text: str, pager: str, environment: Mapping[str, str]) -> bool:
    """Show a text in a pager until its reader leaves; False where there is no such pager."""
    sys.stdout.flush()
    given = {"LESS": LESS, "LV": "-c"} | dict(environment)
    # an interrupt is for the pager: it stops a search, and must not leave the terminal to two programs
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = subprocess.run(["/bin/sh", "-c", pager], input=text.encode("utf-8", "replace"), env=given, check=False)
    finally:
        signal.signal(signal.SIGINT, before)
    # as a shell says that it finds or may run no such command
    return done.returncode not in (126, 127)
