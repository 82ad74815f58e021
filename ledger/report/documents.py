"""A document in the format that was asked for: the three renderers, in one list."""

from __future__ import annotations

from enum import StrEnum

from ledger.report.blocks import Document


class Page(StrEnum):
    """How a document is written."""

    TEXT = "text"
    MD = "md"
    HTML = "html"


def rendered(document: Document, form: Page, *, total: int | None, colour: bool = False) -> str:
    """The document's text; `total` is the width of a terminal, None for any; `colour`: it shows colours."""
    # each is imported where it is needed: a terminal needs no HTML
    if form is Page.MD:
        from ledger.report import markdown

        return markdown.render(document)
    if form is Page.HTML:
        from ledger.report import html

        return html.render(document)
    from ledger.report import terminal

    return terminal.render(document, total=total, colour=colour)
