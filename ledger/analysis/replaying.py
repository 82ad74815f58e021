"""What becomes of commits that are made anew on those of another clone: names, notes, messages.

Nothing of either side is dropped: where both have one name, the one that comes later gets another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

from ledger.model.frozen import frozen

_HEADING = re.compile(r"^## (\d{4}-\d{2}-\d{2} \d{2}:\d{2})(?=\s)", re.MULTILINE)


@frozen
class DatedNote:
    """A dated note: its text with the heading, and the date in that; None for what stands before the first."""

    date: datetime | None
    text: str


def notes(text: str) -> list[DatedNote]:
    """The notes in a file of them; what has no date belongs to the note before it."""
    starts = [0, *(match.start() for match in _HEADING.finditer(text)), len(text)]
    parts = [text[at:until] for at, until in pairwise(starts)]
    return [DatedNote(date=_date(part), text=part.strip()) for part in parts if part.strip()]


def _date(part: str) -> datetime | None:
    match = _HEADING.match(part)
    try:
        return None if match is None else datetime.fromisoformat(match[1])
    except ValueError:
        return None


def merged_notes(base: str, theirs: str, ours: str) -> str:
    """Theirs with what ours has added since the base, each at its date, and without what ours has removed."""
    before, mine, there = (notes(text) for text in (base, ours, theirs))
    gone = [one for one in before if one not in mine]
    merged = [one for one in there if one not in gone]
    for one in mine:
        if one in before or one in merged:
            continue
        later = (
            at
            for at, other in enumerate(merged)
            if one.date is not None
            and other.date is not None
            and (other.date, other.text) > (one.date, one.text)
            and other not in before
        )
        merged.insert(next(later, len(merged)), one)
    return "\n\n".join(one.text for one in merged) + "\n" if merged else ""


def with_new_names(message: str, names: Mapping[str, str]) -> str:
    """A commit's message in which trailers, and a subject that ends with it, call a trial by its new name."""
    lines = message.split("\n")
    for number, line in enumerate(lines):
        key, colon, value = line.rpartition(": ")
        if colon and value.strip() in names:
            lines[number] = f"{key}: {names[value.strip()]}"
    return "\n".join(lines)
