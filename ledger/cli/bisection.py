"""What a bisection has found, printed and drawn."""

from __future__ import annotations

from ledger.analysis.bisection.answer import Bisection
from ledger.cli import terminal
from ledger.cli.page import Page
from ledger.model.finding import Answer
from ledger.repo.ledger import Ledger
from ledger.report import bisect as report
from ledger.report.documents import Format
from ledger.report.plots import picture, terminal_versions


def answered(ledger: Ledger, found: Bisection, page: Page) -> int:
    """Print the answer with a picture of its own, and draw it where a file is named.

    Returns the exit code: 1 where there is no answer.
    """
    title, settings = report.title(found), ledger.settings

    def chart() -> object:
        from ledger.report.plots import versions

        return versions.chart(found, settings, title)

    plot = svg = None
    if page.form is Format.HTML and picture.there():
        svg = picture.draw(chart(), "svg", title).decode()
    if page.form is Format.TEXT and found.measured:
        total, colour = terminal.columns(), terminal.has_colour()
        plot = terminal_versions.versions(found, settings, title, total=total, colour=colour)
    document = report.document(found, settings, plot=plot, svg=svg)
    return page.answer(ledger, document, chart, title, complete=found.answer not in (None, Answer.OPEN))
