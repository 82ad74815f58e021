"""The options of `ledger ablate`."""

from __future__ import annotations

from typing import Annotated

from ledger.analysis.ablation.design import Design
from ledger.cli import arm_values, replicate_values
from ledger.cli.declared import Option
from ledger.errors import LedgerError
from ledger.model.data_change import Grouping, plain_path
from ledger.repo.diagnosis.ablation import AblationRequest

_BY = "--by site (the first folder), --by '{site}-*.png', --by addition, --by cases.csv:file:site"

PathOf = Annotated[str | None, Option("--path", metavar="PATH", help="The data whose groups are compared.")]
By = Annotated[
    str | None,
    Option("--by", metavar="GROUPING", help="site (the first folder), '{site}/**', addition, TABLE:FILE:GROUP."),
]
DesignOf = Annotated[
    str | None, Option("--design", metavar="DESIGN", help="leave-out, alone or shapley; default: leave-out.")
]
Empty = Annotated[
    str | None,
    Option(metavar="VALUE", help="The score without data (alone, shapley); default: the mean of single groups."),
]
Budget = Annotated[int | None, Option(metavar="N", min=1, help="At most N trainings.")]


def request(
    path: str | None,
    by: str | None,
    design: Design | None,
    *,
    seeds: str | None,
    budget: int | None,
    start: str | None,
    name: str | None,
) -> AblationRequest:
    """The experiment that was asked for. Raises LedgerError."""
    return AblationRequest(
        path=_path(path),
        by=_grouping(by),
        design=design or Design.LEAVE_OUT,
        seeds=replicate_values.seeds(seeds),
        budget=budget,
        start=start,
        name=name,
    )


def _path(text: str | None) -> str:
    """The data that was named. Raises LedgerError where none was."""
    if text is None:
        raise LedgerError("name the data, or the experiment to show", hint="--path data/raw --by site")
    return plain_path(text)


def _grouping(text: str | None) -> Grouping:
    """How the files are grouped; a bare word is a name for the first folder of each. Raises LedgerError."""
    if text is None:
        raise LedgerError("say how the files are grouped", hint=_BY)
    return arm_values.grouping(f"--by {text}", text, _BY)
