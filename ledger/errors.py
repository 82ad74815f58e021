"""The one error that a user sees: what is wrong, then what to type. Rendered in one place, `cli/ending.py`."""

from __future__ import annotations


class LedgerError(Exception):
    """A user's error: `message` says what is wrong, `hint` what to do about it (exit code 2)."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if hint is not None:
            # for those who call it from Python, and see a traceback
            self.add_note(f"hint: {hint}")


class NotHere(LedgerError):
    """What is asked for is not in this clone; another may have it, so that nothing is said against it."""


class Refused(LedgerError):
    """The answer is no (a trial failed, a check failed): exit code 1."""


class FormatError(ValueError):
    """A file of the ledger is not what it should be; the message names the key. Callers add the path."""


class NewerError(FormatError):
    """A file of the ledger is of a newer schema than this version reads: nothing is wrong with it."""
