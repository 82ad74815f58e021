"""Options and arguments that several commands share."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from ledger.errors import LedgerError
from ledger.model.parameters import Value, parse_values
from ledger.report.tables import Format

AsFormat = Annotated[str, typer.Option("--format", metavar="FORMAT", help="text, md, csv or html.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON; its shape is fixed.")]
Timeout = Annotated[
    str | None,
    typer.Option("--timeout", metavar="TIME", help="End a trial that takes longer: 90 (s), 30m, 2h."),
]
Part = Annotated[
    str | None,
    typer.Argument(metavar="[EXP[:ARM]]", help="An experiment, an arm or a trial of one; else the current experiment."),
]
Experiment = Annotated[
    str | None, typer.Argument(metavar="[EXP]", help="An experiment's name, or the beginning of one; else the current.")
]


def format_of(text: str) -> Format:
    """The format that was asked for. Raises LedgerError."""
    try:
        return Format(text)
    except ValueError:
        raise LedgerError(f"--format {text} is none of {', '.join(Format)}", hint="--format md") from None


def axis(text: str, option: str = "--over") -> tuple[str, tuple[Value, ...]]:
    """A parameter with its values, from `fold=0..4`. Raises LedgerError, which names the option."""
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest:
        example = "--vary train.lr=0.01,0.1" if option == "--vary" else "--over seed=0..9, --over fold=0..4"
        raise LedgerError(f"{option} {text!r} is not KEY=LIST", hint=example)
    return name.strip(), parse_values(rest)


def duration(text: str) -> float:
    """Seconds, from `90`, `1.5m`, `2h` or `1d`. Raises LedgerError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?", text.strip())
    seconds = 0.0 if found is None else float(found[1]) * {"m": 60, "min": 60, "h": 3600, "d": 86400}.get(found[2], 1)
    if seconds <= 0:
        raise LedgerError(f"--timeout {text!r} is no length of time", hint="--timeout 90 (seconds), 30m, 2h")
    return seconds
