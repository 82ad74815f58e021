"""The question whether something is to be trusted."""

from __future__ import annotations

import sys

from ledger.cli import console
from ledger.errors import LedgerError


def agreed(question: str, hint: str) -> bool:
    """Whether the user says yes to what is asked, else no. Raises LedgerError where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise LedgerError("nothing was trusted: there is no terminal for the question", hint=hint)
    console.say(f"{question} [y/N]")
    said_yes = sys.stdin.readline().strip().lower() in ("y", "yes")
    if not said_yes:
        console.say("nothing was trusted")
    return said_yes
