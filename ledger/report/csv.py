"""A table as CSV, for spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
from typing import Final

from ledger.report.blocks import Table
from ledger.report.text import harmless


def render(table: Table, *, guard: bool) -> str:
    """The rows below their heads.

    With `guard` a text that a spreadsheet would take for a formula has `'` before it, by which it is a text there.
    """
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(
        [_cell(cell, guard) for cell in row] for row in (table.head, *table.rows)
    )
    return stream.getvalue()


def _cell(cell: str, guard: bool) -> str:
    """The cell as a terminal and a spreadsheet may show it; numbers stay as they are."""
    text = harmless(cell)
    return f"'{text}" if guard and text.startswith(_FORMULAS) and not _is_number(text) else text


# what begins a formula in a spreadsheet; some pass over blanks before it
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\n", " ")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
