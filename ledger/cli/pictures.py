"""Print a plot: drawn in the terminal, written to a file, or as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.analysis.plots import ChosenPlot
from ledger.cli import console, passed_over, terminal
from ledger.repo import output_file
from ledger.report.plots import kinds, picture

if TYPE_CHECKING:
    from ledger.repo.ledger import Ledger


def form_of(output: str | None) -> str | None:
    """The format of a file, None where none is named. Raises LedgerError for another, or where a library is missing."""
    if output is None:
        return None
    form = picture.suffix(output)
    picture.require()
    return form


def require(ledger: Ledger, output: str | None) -> None:
    """Raise LedgerError where the file may not be where it is wanted."""
    if output is not None:
        output_file.place(ledger, Path(output))


def answer(ledger: Ledger, drawn: ChosenPlot, *, output: str | None, form: str | None, json: bool) -> None:
    """Write the plot to `output` in a format of `picture.FORMATS`, or print it."""
    heading = kinds.title(drawn.plot, drawn.experiments)
    if output is not None and form is not None:
        output_file.write(ledger, kinds.file(drawn.plot, ledger.settings, heading, form), Path(output))
        console.say(f"wrote {output}")
    elif json:
        console.answer_json(kinds.shape(drawn.plot))
    else:
        total, colour = terminal.columns(), terminal.has_colour()
        console.answer(kinds.text(drawn.plot, ledger.settings, heading, total=total, colour=colour), painted=True)
    for note in kinds.notes(drawn, heading, form):
        console.say(f"note: {note}")
    if drawn.read is None:
        passed_over.warn_unreadable(ledger)
        passed_over.warn_passed_over(ledger.index.passed_over())
    else:
        passed_over.warn_newer(sum(len(each.too_new) for each in drawn.read))
        passed_over.warn_passed_over(sum(len(each.passed_over) for each in drawn.read))
