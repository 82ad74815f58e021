"""Documents as answers: in the format that was asked for, with colours where the terminal has them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ledger.cli import console, pager, terminal
from ledger.report.blocks import Document
from ledger.report.documents import Format, rendered

if TYPE_CHECKING:
    from ledger.git.git import Git


def answer(document: Document, form: Format, *, json: bool, guard: bool = True, paged: Git | None = None) -> None:
    """Print a document, fitted into the terminal, or its data as JSON; through the pager where its git is given."""
    if json:
        console.answer_json(document.data)
        return
    colour = form is Format.TEXT and terminal.has_colour()
    # who reads lines by a program gets them whole
    wrap = sys.stdout.isatty()
    text = rendered(document, form, total=terminal.bound(), colour=colour, guard=guard, wrap=wrap)
    if paged is None:
        console.answer(text, painted=colour)
    else:
        pager.answer(text, paged, painted=colour)
