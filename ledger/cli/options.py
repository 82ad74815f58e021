"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.errors import LedgerError
from ledger.model.parameters import Value, parse_values
from ledger.report.tables import Format

AsFormat = Annotated[str, typer.Option("--format", metavar="FORMAT", help="text, md, csv or html.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON; its shape is fixed.")]
Experiment = Annotated[
    str | None, typer.Argument(metavar="[EXP]", help="An experiment's name, or the beginning of one; else the current.")
]


def format_of(text: str) -> Format:
    """The format that was asked for. Raises LedgerError."""
    try:
        return Format(text)
    except ValueError:
        raise LedgerError(f"--format {text} is none of {', '.join(Format)}", hint="--format md") from None


def axis(text: str) -> tuple[str, tuple[Value, ...]]:
    """An axis of replicates with its values, from `fold=0..4`. Raises LedgerError."""
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest:
        raise LedgerError(f"--over {text!r} is not KEY=LIST", hint="--over seed=0..9, --over fold=0..4")
    return name.strip(), parse_values(rest)
