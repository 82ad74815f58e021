"""The rows of the table as a file for other programs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Final

from ledger.analysis.columns import EXPERIMENTS, TRIALS, VARIANTS
from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.repo.ledger import Ledger
from ledger.repo.models import beside
from ledger.report.frame import Selection

LEVELS: Final = (TRIALS, VARIANTS, EXPERIMENTS)


class ExportFormat(StrEnum):
    """What is written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@frozen
class Export:
    """A file's content, from this many `rows` of a level with so many `values` of metrics."""

    content: bytes
    rows: int
    values: int


def export(ledger: Ledger, level: str, kind: ExportFormat, *, where: str | None, long: bool, guard: bool) -> Export:
    """The rows of a level that an expression chooses, as a file. Raises LedgerError.

    `long`: a row for every metric; `guard`: see `ledger.report.csv.render`.
    """
    found = Selection(tuple(beside.rows(ledger, level)), level, ledger.settings.aliases)
    found = found if where is None else found.where(where)
    if kind is ExportFormat.PARQUET:
        content = found.to_parquet(long=long)
    else:
        text = found.to_csv(long=long, guard=guard) if kind is ExportFormat.CSV else found.to_json(long=long)
        content = text.encode()
    return Export(content=content, rows=len(found), values=sum(len(row.metrics) for row in found))


def kind_of(form: str | None, output: Path | None) -> ExportFormat:
    """The format that was asked for, or that the file's name says. Raises LedgerError."""
    suffix = "" if output is None else output.suffix.removeprefix(".").lower()
    if form is None and output is not None and suffix not in list(ExportFormat):
        hint = f"-o trials.csv: one of {', '.join(ExportFormat)}; or --format csv"
        raise LedgerError(f"{output}: the extension must say the format", hint=hint)
    text = form or suffix or ExportFormat.CSV
    if text not in list(ExportFormat):
        raise LedgerError(f"--format {text} is not one of {', '.join(ExportFormat)}", hint="--format csv")
    return ExportFormat(text)
