"""What the options of `ledger log` narrow the history down to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ledger.errors import LedgerError
from ledger.git.dates import moment
from ledger.git.git import Git
from ledger.model import verdict
from ledger.model.experiment import STATUSES
from ledger.repo.index.rows import NONE, Wished

OUTCOMES = (verdict.SUPPORTED, verdict.REFUTED, verdict.INCONCLUSIVE, NONE)


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
            raise LedgerError(f"{option} {text} is not one of {', '.join(known)}", hint=hint)
    return Wished(
        author=_pattern("--author", author),
        since=None if since is None else moment("--since", since, git),
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
