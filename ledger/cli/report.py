"""`ledger report`: experiments as one file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from ledger.cli import console
from ledger.cli.declared import Argument, Option
from ledger.cli.review_output import STDOUT
from ledger.errors import LedgerError
from ledger.ops.report import report as made
from ledger.repo import output_file
from ledger.report.site.report import MARK

_DEFAULT = Path("report.html")
# so far into a file the mark of a report stands
_BEGINNING = 4_000


def report(
    experiments: Annotated[
        list[str] | None, Argument(metavar="EXP", help="Experiments; default: the current one.")
    ] = None,
    output: Annotated[
        Path | None, Option("-o", "--output", metavar="FILE", help="The file; -: print it; default: report.html.")
    ] = None,
    title: Annotated[str | None, Option("--title", metavar="TEXT", help="The title of the report.")] = None,
    code: Annotated[
        bool, Option("--code/--no-code", help="Show code, paths and commands; --no-code is for outsiders.")
    ] = True,
) -> int:
    """Write experiments as one HTML file that needs nothing else: to send, to keep, to print.

    It shows what the pages of `ledger site` show; a browser prints it as PDF.

    Example: ledger report focal-loss -o report.html
    """
    if output is not None and output.is_dir():
        raise LedgerError(f"{output} is a folder", hint="-o FILE names a file")
    path = output or _DEFAULT
    # whoever names a page means it; nobody means parameters or code
    named = output is not None and path.suffix.lower() in (".html", ".htm")
    if output != STDOUT and not named and _is_foreign(path):
        raise LedgerError(f"{path} exists, and is not a report of ledger", hint="-o FILE names another file")
    with console.opened() as ledger:
        page = made(ledger, experiments or (), title=title, code=code, output=None if output == STDOUT else path)
        if output != STDOUT:
            output_file.write(ledger, page, path)
    if output == STDOUT:
        sys.stdout.buffer.write(page)
        return 0
    console.answer(f"{path}: {len(page) / 1000:,.0f} kB")
    return 0


def _is_foreign(path: Path) -> bool:
    """Whether there is a file that is not a report: with it something else would be lost."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return MARK.encode() not in file.read(_BEGINNING)
