"""The options of `ledger matrix`."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import arm_values
from ledger.cli.declared import Option
from ledger.errors import LedgerError
from ledger.model.data_change import plain_path
from ledger.repo.diagnosis.matrix import AskedSide

_EXAMPLE = {"--train": "--train data/train@v12,v18,main", "--eval": "--eval data/test@v12,main, or data/test/by:site"}

Train = Annotated[
    str | None,
    Option("--train", metavar="PATH@REV,REV", help="The rows: versions to train on."),
]
Evaluation = Annotated[
    str | None,
    Option("--eval", metavar="PATH@REV,REV", help="The columns: versions to evaluate on, or PATH/by:site."),
]


def side(option: str, text: str | None) -> AskedSide:
    """The rows or the columns that were asked for. Raises LedgerError for what is neither versions nor groups."""
    if text is None:
        raise LedgerError(f"say which data: {option} is missing", hint=_EXAMPLE[option])
    head, by, word = text.partition("/by:")
    path, at, given = head.partition("@")
    revisions = tuple(filter(None, given.split(",")))
    if not path or bool(at) != bool(revisions) or (by and not word) or not (by or at):
        raise LedgerError(f"{option} {text!r} is not PATH@REV,REV or PATH/by:GROUPING", hint=_EXAMPLE[option])
    return AskedSide(
        option=option,
        path=plain_path(path),
        revisions=revisions,
        by=arm_values.grouping(f"{option} {text}", word, _EXAMPLE[option]) if by else None,
    )
