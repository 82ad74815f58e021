"""`ledger export`: the rows of the table for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from ledger.analysis.columns import TRIALS
from ledger.cli import console, options, passed_over
from ledger.cli.declared import Option
from ledger.cli.options import Where
from ledger.errors import LedgerError
from ledger.ops.export import LEVELS, ExportFormat, kind_of
from ledger.ops.export import export as exported
from ledger.repo import output_file


def export(
    form: Annotated[
        str | None,
        Option("--format", metavar="FORMAT", help="csv, json or parquet; default: by the file's extension."),
    ] = None,
    level: Annotated[
        str, Option("--level", metavar="LEVEL", help="One row for each of: trials, variants, experiments.")
    ] = TRIALS,
    long: Annotated[bool, Option("--long/--wide", help="One row per metric, or one column per metric.")] = False,
    where: Where = None,
    guard: options.Guard = True,
    output: Annotated[Path | None, Option("--output", "-o", metavar="FILE", help="Write to this file.")] = None,
) -> int:
    """Write trials, arms or experiments, with all their parameters and metrics, for other programs.

    In Python: ledger.open(".").trials().to_pandas()

    Example: ledger export --level variants -o variants.csv
    """
    kind = kind_of(form, output)
    if level not in LEVELS:
        raise LedgerError(f"--level {level} is not one of {', '.join(LEVELS)}", hint="--level trials")
    if kind is ExportFormat.PARQUET and output is None and sys.stdout.isatty():
        raise LedgerError(
            "Parquet cannot be printed to a terminal", hint="ledger export --format parquet -o trials.parquet"
        )
    with console.opened() as ledger:
        if output is not None:
            output_file.place(ledger, output)
        made = exported(ledger, level, kind, where=where, long=long, guard=guard)
        if output is not None:
            output_file.write(ledger, made.content, output)
            rows = f"{made.values} rows of " if long else ""
            console.say(f"{rows}{made.rows} {level} in {output}")
        elif hasattr(sys.stdout, "buffer"):
            sys.stdout.flush()
            sys.stdout.buffer.write(made.content)
        else:
            console.answer(made.content.decode())
        passed_over.warn_unreadable(ledger)
        passed_over.warn_passed_over(ledger.index.passed_over())
    return 0
