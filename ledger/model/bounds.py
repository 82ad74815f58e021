"""The bounds on values in the ledger's files, in one place: codecs refuse what is beyond, and no reader fails over it.

They are far outside of what anybody records, and inside of what SQLite, JSON, time zones and file names can hold.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from ledger.errors import LedgerError
from ledger.model.patterns import pattern

MAX_SECONDS: Final = 1e11
"""Three thousand years; a run's memory in megabytes has the same bound."""

MAX_ATTEMPTS: Final = 999_999_999
"""As many digits as the name of a trial's file may end in."""

MAX_COUNT: Final = 2**63 - 1
"""Of bytes, of files, and of whatever else is counted: SQLite's largest integer."""

MAX_PROSE: Final = 10_000_000
"""Characters of a hypothesis with its prose: a hundred times a thesis."""

MAX_SETTINGS: Final = 1_000_000
"""Characters of `ledger.yaml`."""

MAX_DEFINITION: Final = 20_000_000
"""Bytes of what defines a pipeline: `dvc.yaml`, its lock, parameters, a `.dvc` file. DVC takes minutes to read them."""

YEARS: Final = range(1900, 3000)
"""The ends of the calendar overflow in another time zone."""

# `fromisoformat` takes any number of digits, and leaves out those that it has no use for
_MOMENT: Final = pattern(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?))?)?", re.ASCII
)

_FULL_ID: Final = pattern(r"[0-9a-f]{40}|[0-9a-f]{64}")

# short ones and names resolve too, where somebody has written them by hand
_COMMIT: Final = pattern(r"[A-Za-z0-9_][A-Za-z0-9_./~^-]*", re.ASCII)


def moment(value: str | datetime) -> datetime:
    """The moment that a text states, or one that YAML has read. Raises ValueError for what is none, or out of bounds.

    It is without a zone where the text has none.
    """
    if isinstance(value, str):
        if _MOMENT.fullmatch(value) is None:
            raise ValueError(f"{value[:40]!r} is not a point in time")
        value = datetime.fromisoformat(value)
    if value.year not in YEARS:
        raise ValueError(f"the year {value.year} is not between {YEARS.start} and {YEARS.stop - 1}")
    return value


def is_count(value: object) -> bool:
    """Whether it is a whole number of things, from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT


def is_full_id(value: object) -> bool:
    """Whether it is the id of a commit as git writes it in full, which names this one forever."""
    return isinstance(value, str) and _FULL_ID.fullmatch(value) is not None


def commit(value: str) -> str:
    """The id of a commit. Raises ValueError for what git would take for an option, or could not take at all."""
    if _COMMIT.fullmatch(value) is None:
        raise ValueError(f"{value[:40]!r} is not a commit id")
    return value


def definition(path: str, data: bytes) -> bytes:
    """The content of a file. Raises LedgerError where it is larger than any that a pipeline is made of."""
    if len(data) > MAX_DEFINITION:
        raise LedgerError(
            f"{path} has {len(data):,} bytes, of which at most {MAX_DEFINITION:,} are read",
            hint="a file of that size is data: dvc add",
        )
    return data
