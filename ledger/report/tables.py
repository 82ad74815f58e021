"""A table in the format that was asked for: aligned text, markdown, CSV or HTML."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from ledger.report.text import clean, columns, harmless


class Format(StrEnum):
    """How a table is written."""

    TEXT = "text"
    MD = "md"
    CSV = "csv"
    HTML = "html"


def table(
    rows: Sequence[Sequence[str]], head: Sequence[str], form: Format, *, total: int = 80, guard: bool = True
) -> str:
    """The rows below their heads. Other people's text is escaped for the format that it goes into.

    `guard`: in CSV, a text that a spreadsheet would take for a formula has `'` before it, by which it is a text there.
    """
    if form is Format.TEXT:
        return "".join(line + "\n" for line in columns(rows, head=head, total=total))
    if form is Format.CSV:
        import csv
        import io

        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows(
            [[_csv(cell, guard) for cell in row] for row in (head, *rows)]
        )
        return stream.getvalue()
    # tabulate takes a twentieth of a second to import, so only those who need it pay for it
    import html

    from tabulate import tabulate

    escape = _markdown if form is Format.MD else html.escape
    # a line break would end the row
    cells = [[escape(clean(cell)) for cell in row] for row in rows]
    heads = [escape(clean(cell)) for cell in head]
    # numbers come formatted: tabulate must not read and write them again
    kind = "github" if form is Format.MD else "unsafehtml"
    return tabulate(cells, headers=heads, tablefmt=kind, disable_numparse=True) + "\n"


def _csv(cell: str, guard: bool) -> str:
    """The cell as a terminal and a spreadsheet may show it; numbers stay as they are."""
    text = harmless(cell)
    return f"'{text}" if guard and text.startswith(_FORMULAS) and not _is_number(text) else text


# what begins a formula in a spreadsheet; some pass over blanks before it
_FORMULAS = ("=", "+", "-", "@", "\t", "\n", " ")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _markdown(cell: str) -> str:
    """The cell with what markdown or HTML would take for its own made harmless."""
    marked = "".join("\\" + c if c in "\\`*_{}[]<>#|~" else c for c in cell)
    return marked.replace("&", "&amp;")
