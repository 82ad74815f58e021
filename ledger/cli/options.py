"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, TypeVar

from ledger.cli.declared import Argument, Option
from ledger.errors import LedgerError
from ledger.report.documents import PAGES, Format

E = TypeVar("E", bound=StrEnum)

AsFormat = Annotated[str, Option("--format", metavar="FORMAT", help="text, md, csv or html.")]
AsPage = Annotated[str, Option("--format", metavar="FORMAT", help="text, md or html (one page).")]
AsJson = Annotated[bool, Option("--json", help="Print JSON; its shape is fixed.")]
Guard = Annotated[
    bool,
    Option("--guard/--no-guard", help="In CSV, put ' before a text that a spreadsheet would take for a formula."),
]
Timeout = Annotated[
    str | None,
    Option("--timeout", metavar="TIME", help="Stop a trial that takes longer: 90 (s), 30m, 2h."),
]
Part = Annotated[
    str | None,
    Argument(metavar="[EXP[:ARM]]", help="An experiment, arm or trial; default: the current experiment."),
]
Where = Annotated[
    str | None, Option("--where", metavar="EXPR", help='Only rows where EXPR is true: "accuracy > 0.95".')
]
Experiment = Annotated[
    str | None, Argument(metavar="[EXP]", help="An experiment's name or its beginning; default: the current one.")
]


def one_of(option: str, text: str, known: Sequence[E]) -> E:
    """The one of the words `known` that was asked for. Raises LedgerError."""
    found = next((word for word in known if word == text), None)
    if found is None:
        raise LedgerError(f"{option} {text} is not one of {', '.join(known)}", hint=f"{option} {known[1]}")
    return found


def format_of(text: str, known: Sequence[Format] = tuple(Format)) -> Format:
    """The format that was asked for, one of those `known`. Raises LedgerError."""
    return one_of("--format", text, known)


def page_of(text: str) -> Format:
    """The format of a document that was asked for. Raises LedgerError."""
    return format_of(text, PAGES)
