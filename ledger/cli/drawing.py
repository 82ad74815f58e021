"""`-o` of the commands whose picture is a drawing of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from ledger.cli import console
from ledger.cli.declared import Option
from ledger.model.frozen import frozen
from ledger.repo import output_file
from ledger.repo.ledger import Ledger
from ledger.report import drawn
from ledger.report.blocks import Document
from ledger.report.drawn import Drawn

Output = Annotated[str | None, Option("-o", "--output", metavar="FILE", help="Draw it too: a .png, .svg or .html.")]


@frozen
class PictureFile:
    """The file that a picture goes to, where one is wanted. Raises LedgerError for a file of an unknown kind."""

    output: str | None

    def __post_init__(self) -> None:
        # before anything is read
        if self.output is not None:
            drawn.form_of(self.output)

    def require(self, ledger: Ledger) -> None:
        """Raise LedgerError where the file may not be where it is wanted."""
        if self.output is not None:
            output_file.place(ledger, Path(self.output))

    def content(self, document: Document, picture: Callable[[], Drawn]) -> bytes | None:
        """What the file is to hold, None where none is wanted. Raises LedgerError where there is nothing to draw."""
        if self.output is None:
            return None
        return drawn.content(picture(), drawn.form_of(self.output), document)

    def write(self, ledger: Ledger, content: bytes | None) -> None:
        """Write it. Raises LedgerError where it may not be there."""
        if self.output is not None and content is not None:
            output_file.write(ledger, content, Path(self.output))
            console.say(f"wrote {self.output}")
