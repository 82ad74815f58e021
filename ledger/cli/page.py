"""An answer as a page, and as a picture in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ledger.cli import console, documents
from ledger.model.frozen import frozen
from ledger.repo import output_file
from ledger.repo.ledger import Ledger
from ledger.report.blocks import Document
from ledger.report.documents import Format
from ledger.report.plots import picture


@frozen
class Page:
    """How an answer is written: in a `form` or as JSON, and as a picture into the file `output`.

    `guard`: a spreadsheet is to take no cell of it for a formula. Raises LedgerError for a file of an unknown kind, and
    where the library that draws is missing.
    """

    form: Format
    output: str | None
    json: bool
    guard: bool = True

    def __post_init__(self) -> None:
        # before anything is run
        if self.output is not None:
            picture.suffix(self.output)
            picture.require()

    def require(self, ledger: Ledger) -> None:
        """Raise LedgerError where the picture may not be where it is wanted."""
        if self.output is not None:
            output_file.place(ledger, Path(self.output))

    def answer(
        self, ledger: Ledger, document: Document, chart: Callable[[], Any], title: str, *, complete: bool = True
    ) -> int:
        """Print the answer, and draw it where a file is named. Returns the exit code: 1 where it is not `complete`."""
        documents.answer(document, self.form, json=self.json, guard=self.guard)
        if self.output is not None:
            drawn = picture.draw(chart(), picture.suffix(self.output), title)
            output_file.write(ledger, drawn, Path(self.output))
            console.say(f"wrote {self.output}")
        return 0 if complete else 1
