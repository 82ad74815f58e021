"""Where `ledger review` writes its report, and in which format."""

from __future__ import annotations

import sys
from pathlib import Path

from ledger.errors import LedgerError
from ledger.report.documents import PAGES, Format

STDOUT = Path("-")
"""What `-o -` means."""


def require_one_way(form: str | None, output: Path | None, *, stdout: bool, json: bool) -> None:
    """Raises LedgerError where options contradict one another, before anything is read."""
    if stdout and output not in (None, STDOUT):
        raise LedgerError("--stdout prints the report, and -o writes it to a file", hint="leave one out")
    if json and form is not None:
        raise LedgerError("--json and --format both choose the format", hint="leave one out")
    if output is not None and output.is_dir():
        raise LedgerError(f"{output} is a folder", hint="-o FILE names a file")


def page_of(form: str | None, output: Path | None, *, stdout: bool, json: bool) -> Format | None:
    """The format that was asked for, None for JSON; markdown where no terminal shows it. Raises LedgerError."""
    if json or form == "json":
        return None
    if form is not None and form not in PAGES:
        raise LedgerError(f"--format {form} is not one of {', '.join((*PAGES, 'json'))}", hint="--format md")
    if form is not None:
        return Format(form)
    return Format.MD if stdout or output is not None or not sys.stdout.isatty() else Format.TEXT
