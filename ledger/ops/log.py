"""What the options of `ledger log` narrow the history down to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model import verdict
from ledger.model.experiment import STATUSES
from ledger.repo.index.rows import NONE, Wished

OUTCOMES = (verdict.SUPPORTED, verdict.REFUTED, verdict.INCONCLUSIVE, NONE)

# the words of git's approximate dates (its date.c)
_DATE_WORDS = re.compile(
    r"(?:(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|last|ago|and|at|yesterday|today|now|noon|midnight|tea"
    r"|(?:second|minute|hour|day|week|fortnight|month|year)s?|\d{1,2}:\d\d(?::\d\d)?|(?:\d{1,2})?[ap]m|[+-]\d{4}|never"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)(?:[ .,]+|$))+",
    re.IGNORECASE,
)


def wished(
    git: Git,
    *,
    author: str | None,
    since: str | None,
    tags: Sequence[str],
    outcome: str | None,
    status: str | None,
    grep: str | None,
) -> Wished:
    """What the texts of the options ask for. Raises LedgerError for one that cannot be understood."""
    for option, text, known in (("--outcome", outcome, OUTCOMES), ("--status", status, STATUSES)):
        if text is not None and text not in known:
            hint = f"{option} {known[0] if option == '--outcome' else 'recorded'}"
            raise LedgerError(f"{option} {text} is none of {', '.join(known)}", hint=hint)
    return Wished(
        author=_pattern("--author", author),
        since=None if since is None else _moment(since, git),
        tags=tuple(tags),
        outcome=outcome,
        status=status,
        grep=_pattern("--grep", grep),
    )


def _pattern(option: str, text: str | None) -> re.Pattern[str] | None:
    try:
        return None if text is None else re.compile(text, re.IGNORECASE | re.MULTILINE)
    except re.error as error:
        raise LedgerError(
            f"{option} {text!r} is not a regular expression: {error}",
            hint="a backslash before ( [ + * ? . takes the character literally",
        ) from None


def _moment(text: str, git: Git) -> datetime:
    """A day or a moment; in this machine's zone where it names none."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        pass
    # git takes whatever it does not understand for the present moment, or leaves it out
    if not _DATE_WORDS.fullmatch(text.strip()) or not any(c.isalpha() for c in text):
        raise LedgerError(f"--since {text!r} is not a date", hint="2026-11-01, or as in git: yesterday, 2 weeks ago")
    return git.approximate_date(text)
