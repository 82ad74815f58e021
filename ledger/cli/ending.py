"""How a command ends that does not answer: the one place where errors are rendered, as text or as JSON.

Where `--json` was given an error is one line of JSON on standard error, `{"error": …, "hint": …, "code": …}`, with the
code by which the command exits. Warnings stay text.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ledger.cli import console, errors_shown
from ledger.errors import LedgerError, Refused

NO = 1
USERS = 2
INTERRUPTED = 130

# commands that take a text, which may begin with what looks like an option
_BEHIND_DASHES = {"new": 'ledger new --seeds 5 -- "-O3 is faster"', "note": 'ledger note -- "-3 points"'}


def wants_json(given: Sequence[str]) -> bool:
    """Whether the command line asks for JSON, also one that cannot be parsed."""
    options = given[: given.index("--")] if "--" in given else given
    return "--json" in options


def interrupted(given: Sequence[str]) -> int:
    """Say that the command was interrupted. Returns the exit code."""
    if wants_json(given):
        errors_shown.show_as_json("interrupted", None, INTERRUPTED)
    else:
        console.say("interrupted")
    return INTERRUPTED


def failed(error: Exception, given: Sequence[str]) -> int:
    """Say what is wrong. Returns the exit code: the user's error, an answer that is no, or a fault of ours."""
    known = error if isinstance(error, LedgerError) else None
    if known is None and (said := getattr(error, "format_message", None)) is not None:
        # the option parser's
        known = _usage(said(), given)
    if known is None:
        from ledger.cli import outside

        known = outside.explained(error)
    if known is None:
        from ledger.cli.fault import fault

        return fault(error, as_json=wants_json(given))
    code = NO if isinstance(known, Refused) else USERS
    errors_shown.show(known, code=code, json=wants_json(given))
    return code


def unread() -> None:
    """Whoever read the answer is gone: write the rest of it, which Python still holds, to nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage(said: str, given: Sequence[str]) -> LedgerError:
    """A command line that cannot be parsed."""
    said = said.rstrip(".")
    name, *rest = [text for text in given if text != "--no-pager"]
    hint = f"ledger {name} --help"
    if name in _BEHIND_DASHES and any(text.startswith("-") and " " in text for text in rest):
        hint = f"an argument that begins with - goes last, after --: {_BEHIND_DASHES[name]}"
    return LedgerError(said[:1].lower() + said[1:], hint=hint)
