"""`ledger export`: the rows of the table for other programs."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ledger.analysis.columns import EXPERIMENTS, TRIALS, VARIANTS
from ledger.cli import console, options
from ledger.cli.table import Where
from ledger.errors import LedgerError


class Kind(StrEnum):
    """What is written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def export(
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="csv, json or parquet; else by the file's name.")
    ] = None,
    level: Annotated[
        str, typer.Option("--level", metavar="LEVEL", help="A row for each of: trials, variants, experiments.")
    ] = TRIALS,
    long: Annotated[
        bool, typer.Option("--long/--wide", help="A row for every metric, or a column for every metric.")
    ] = False,
    where: Where = None,
    guard: options.Guard = True,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write here.")] = None,
) -> int:
    """Write trials, arms or experiments with all parameters and metrics for other programs.

    In Python: ledger.open(".").trials().to_pandas()

    Example: ledger export --level variants -o variants.csv
    """
    kind = _kind(form, output)
    if level not in (TRIALS, VARIANTS, EXPERIMENTS):
        raise LedgerError(f"--level {level} is none of trials, variants, experiments", hint="--level trials")
    if kind is Kind.PARQUET and output is None and sys.stdout.isatty():
        raise LedgerError("Parquet is not for a terminal", hint="ledger export --format parquet -o trials.parquet")
    with console.opened() as ledger:
        selection = ledger.selection(level)
        selection = selection if where is None else selection.where(where)
        if kind is Kind.PARQUET:
            content = selection.to_parquet(long=long)
        else:
            csv = kind is Kind.CSV
            content = (selection.to_csv(long=long, guard=guard) if csv else selection.to_json(long=long)).encode()
        _write(content, output)
        if output is not None:
            rows = f"{sum(len(row.metrics) for row in selection)} rows of " if long else ""
            console.say(f"{rows}{len(selection)} {level} in {output}")
        console.warn_unreadable(ledger)
        console.warn_passed_over(ledger.index.passed_over())
    return 0


def _kind(form: str | None, output: Path | None) -> Kind:
    """The format that was asked for, or that the file's name says. Raises LedgerError."""
    suffix = "" if output is None else output.suffix.removeprefix(".").lower()
    if form is None and output is not None and suffix not in list(Kind):
        hint = f"-o trials.csv: one of {', '.join(Kind)}; or --format csv"
        raise LedgerError(f"{output}: the ending says the format", hint=hint)
    text = form or suffix or Kind.CSV
    try:
        return Kind(text)
    except ValueError:
        raise LedgerError(f"--format {text} is none of {', '.join(Kind)}", hint="--format csv") from None


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.flush()
        if hasattr(sys.stdout, "buffer"):
            sys.stdout.buffer.write(content)
        else:
            console.answer(content.decode())
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise LedgerError(
            f"cannot write {output}: {error.strerror}", hint="-o FILE in a folder that is there"
        ) from None
