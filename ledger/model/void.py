"""A trial that was voided openly: it stays in the record and counts nowhere. One file beside the record says so."""

from __future__ import annotations

from datetime import datetime

from ledger.errors import FormatError
from ledger.model import bounds
from ledger.model.formats import documents, yaml12
from ledger.model.frozen import frozen

SCHEMA = 1

SUFFIX = ".void"
"""`seed-3.void` lies beside `seed-3.yaml`, which stays to the last byte what its trial commit holds."""

VOIDED = "voided"
"""The state of such a trial where rows of trials are shown."""


@frozen
class Void:
    """Who voided a trial, when, and why."""

    by: str
    when: datetime
    why: str

    def __str__(self) -> str:
        who = f" by {self.by} on {self.when:%Y-%m-%d}" if self.by else ""
        return f"voided{who}{f': {self.why}' if self.why else ''}"


def path_of(record: str) -> str:
    """Where the file lies of a record's path."""
    return record.removesuffix(".yaml") + SUFFIX


def dumps(void: Void) -> str:
    """The text of the file; `loads` is the inverse."""
    when = void.when.isoformat(timespec="seconds")
    return yaml12.dumps({"schema": SCHEMA, "by": void.by, "when": when, "why": void.why})


def loads(text: str) -> Void:
    """What the file says; unknown keys are ignored. Raises FormatError, which names the key."""
    document = documents.loads(text, schema=SCHEMA)
    by, why, when = (document.get(key) for key in ("by", "why", "when"))
    if not isinstance(by, str) or not isinstance(why, str):
        raise FormatError("`by` and `why` are not both texts")
    try:
        moment = bounds.moment(when if isinstance(when, datetime) else str(when))
    except ValueError:
        raise FormatError(f"`when` is {when!r}, not a time") from None
    return Void(by=by, when=moment, why=why)
