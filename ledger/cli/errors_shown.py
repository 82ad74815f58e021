"""How an error is shown: what is wrong, then what to type, for people or as JSON."""

from __future__ import annotations

from ledger.cli.console import say
from ledger.errors import LedgerError
from ledger.report.text import as_json


def show(error: LedgerError, *, code: int, json: bool) -> None:
    """Say what is wrong, then what to type; as JSON with the exit code where JSON was asked for."""
    if json:
        show_as_json(error.message, error.hint, code)
        return
    say(f"error: {error.message}")
    if error.hint:
        say(f"hint: {error.hint}")


def show_as_json(message: str, hint: str | None, code: int) -> None:
    """Say in one line of JSON what is wrong and what to type, with the exit code."""
    say(as_json({"error": message, "hint": hint, "code": code}))
