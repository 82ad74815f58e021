"""What the terminal is: how wide, and whether it has colours."""

from __future__ import annotations

import os
import sys

from ledger.report.text import wrapped


def columns() -> int:
    """How wide the terminal is; where it is none, `$COLUMNS` or else 80."""
    # imported late: it looks for every way to compress, and few answers go to a terminal
    import shutil

    return shutil.get_terminal_size((80, 24)).columns


def bound() -> int | None:
    """How wide lines may be: as `columns`; None, any width, where a program reads them and there is no `$COLUMNS`."""
    return columns() if sys.stdout.isatty() or os.environ.get("COLUMNS") else None


def has_colour() -> bool:
    """Whether the answer goes to a terminal that shows colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def fitted(message: str) -> str:
    """A message, on a terminal within its width; a hint stays whole, since it is there to be copied."""
    if not sys.stderr.isatty():
        return message
    lines = message.split("\n")
    return "\n".join(
        part for line in lines for part in ([line] if line.startswith("hint: ") else wrapped(line, columns()))
    )
