"""A day or a moment that a person wrote."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from ledger.errors import LedgerError
from ledger.git.git import Git

# the words of git's approximate dates (its date.c)
_DATE_WORDS = re.compile(
    r"(?:(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|last|ago|and|at|yesterday|today|now|noon|midnight|tea"
    r"|(?:second|minute|hour|day|week|fortnight|month|year)s?|\d{1,2}:\d\d(?::\d\d)?|(?:\d{1,2})?[ap]m|[+-]\d{4}|never"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)(?:[ .,]+|$))+",
    re.IGNORECASE,
)
# git takes `2w` for the second of this month
_SHORT = re.compile(r"(\d{1,5})([dwy])", re.IGNORECASE)
_UNITS = {"d": "days", "w": "weeks", "y": "years"}


def moment(option: str, text: str, git: Git, *, end: bool = False) -> datetime:
    """The moment, in this machine's zone where it names none; of a day its beginning, or its last second (`end`).

    Raises LedgerError, which names the option, where it is none.
    """
    try:
        found = datetime.fromisoformat(text).astimezone()
        return found + timedelta(days=1, seconds=-1) if end and _is_day(text) else found
    except ValueError:
        pass
    if short := _SHORT.fullmatch(text.strip()):
        return git.approximate_date(f"{short[1]} {_UNITS[short[2].lower()]} ago")
    # git takes whatever it does not understand for the present moment, or leaves it out
    if not _DATE_WORDS.fullmatch(text.strip()) or not any(c.isalpha() for c in text):
        raise LedgerError(
            f"{option} {text!r} is not a date", hint="2026-11-01, 2w, or as in git: yesterday, 2 weeks ago"
        )
    return git.approximate_date(text)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
