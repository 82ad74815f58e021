"""A drawing of ours as a file: SVG that follows its reader's light and dark, PNG, or the page that it stands on."""

from __future__ import annotations

from typing import Final

from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.report.blocks import Document
from ledger.report.documents import Format, rendered
from ledger.report.plots import picture
from ledger.report.svg.image import file

FORMATS: Final = ("png", "svg", "html")


@frozen
class Drawn:
    """A drawing with its title and what it says in a sentence. Where there is none `lacking` says why."""

    svg: str | None
    title: str
    said: str
    lacking: LedgerError | None = None


def form_of(path: str) -> str:
    """The format that a file's name asks for. Raises LedgerError where it is none, or a library is missing for it."""
    found = picture.suffix(path, FORMATS)
    if found == "png":
        picture.require("vl_convert")
    return found


def content(drawn: Drawn, form: str, document: Document) -> bytes:
    """The file. Raises LedgerError where there is no drawing."""
    if form == "html":
        return rendered(document, Format.HTML, total=None).encode("utf-8", "replace")
    if drawn.svg is None:
        raise drawn.lacking or LedgerError("there is nothing to draw")
    if form == "png":
        return picture.raster(file(drawn.svg, drawn.title, drawn.said, dark=False))
    return file(drawn.svg, drawn.title, drawn.said).encode("utf-8", "replace")
