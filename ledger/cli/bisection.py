"""Run a bisection, print what it has found, and draw it."""

from __future__ import annotations

from pathlib import Path

from ledger.analysis.bisection.answer import Bisection
from ledger.analysis.search.step import Answer
from ledger.cli import console, documents, terminal
from ledger.cli.screen import Screen
from ledger.model.frozen import frozen
from ledger.ops import bisect as ops
from ledger.ops.export import write
from ledger.ops.run import run
from ledger.repo.ledger import Ledger
from ledger.report import bisect as report
from ledger.report.documents import Format
from ledger.report.plots import picture, terminal_versions
from ledger.report.remarks import sentences
from ledger.run.request import RunOptions


@frozen
class Page:
    """How the answer is written: in a `form` or as JSON, and as a picture into the file `output`.

    A LedgerError says what is wrong with the file's name, or which library is missing.
    """

    form: Format
    output: str | None
    json: bool

    def __post_init__(self) -> None:
        # before anything is run
        if self.output is not None:
            picture.suffix(self.output)
            picture.require()


def searched(ledger: Ledger, begun: ops.Begun, wanted: RunOptions, page: Page) -> int:
    """Run the trials that the search asks for, and answer. Returns the exit code: 1 where there is no answer."""
    chosen = begun.experiment
    for note in sentences(begun.remarks):
        console.say(f"note: {note}")
    if not page.json:
        console.say(f"{'began' if begun.anew else 'going on with'} {chosen.name}, on the branch {chosen.branch_name}")
    with Screen(chosen.plan, ledger.settings, quiet=page.json) as screen:
        run(ledger, chosen, screen, wanted)
    return _answer(ledger, ops.answer(ledger, chosen.name), page)


def _answer(ledger: Ledger, found: Bisection, page: Page) -> int:
    title, settings = report.title(found), ledger.settings
    plot = svg = None
    if page.form is Format.HTML and picture.there():
        from ledger.report.plots import versions

        svg = picture.draw(versions.chart(found, settings, title), "svg", title).decode()
    if page.form is Format.TEXT and found.measured:
        total, colour = terminal.columns(), terminal.has_colour()
        plot = terminal_versions.versions(found, settings, title, total=total, colour=colour)
    documents.answer(report.document(found, settings, plot=plot, svg=svg), page.form, json=page.json)
    if page.output is not None:
        from ledger.report.plots import versions

        chart = versions.chart(found, settings, title)
        write(picture.draw(chart, picture.suffix(page.output), title), Path(page.output))
        console.say(f"wrote {page.output}")
    return 1 if found.answer in (None, Answer.OPEN) else 0
