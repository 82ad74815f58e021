"""A document, or a table alone, in the format that was asked for: the renderers, in one list."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ledger.report.blocks import Document, Table


class Format(StrEnum):
    """How an answer is written."""

    TEXT = "text"
    MD = "md"
    CSV = "csv"
    HTML = "html"


PAGES: Final = (Format.TEXT, Format.MD, Format.HTML)
"""The formats of a document that no single table can stand for."""

# each renderer is imported where it is needed: a terminal needs no HTML


def rendered(
    document: Document,
    form: Format,
    *,
    total: int | None,
    colour: bool = False,
    guard: bool = True,
    wrap: bool = False,
) -> str:
    """The document's text; `total` is the width of a terminal, None for any; `colour`: it shows colours.

    `wrap`: sentences fit into the width too; `guard`: see `csv.render`.
    """
    if form is Format.MD:
        from ledger.report import markdown

        return markdown.render(document)
    if form is Format.HTML:
        from ledger.report import html

        return html.render(document)
    if form is Format.CSV:
        assert document.sheet is not None
        return table(document.sheet, form, guard=guard)
    from ledger.report import terminal

    return terminal.render(document, total=total, colour=colour, wrap=wrap)


def table(block: Table, form: Format, *, total: int | None = None, guard: bool = True) -> str:
    """The table alone, with every column; `total` and `guard` as for a document."""
    if form is Format.MD:
        from ledger.report import markdown

        # heads have room, as they always had
        return "\n".join(markdown.table(block, spare=2)) + "\n"
    if form is Format.HTML:
        from ledger.report import html

        return html.table(block) + "\n"
    if form is Format.CSV:
        from ledger.report import csv

        return csv.render(block, guard=guard)
    from ledger.report import terminal

    return "".join(line + "\n" for line in terminal.table(block, total=total))
