"""`ledger slices`: where two arms differ."""

from __future__ import annotations

from typing import Annotated

from ledger.analysis.sliced import SliceOptions
from ledger.analysis.slices import MIN_CASES
from ledger.cli import console, diagnosis, options
from ledger.cli.declared import Argument, Option
from ledger.cli.page import Page
from ledger.errors import LedgerError
from ledger.model.directions import LOWER
from ledger.ops.slices import sliced
from ledger.report import slices as report
from ledger.report.documents import Format

Side = Annotated[str | None, Argument(metavar="[EXP]", help="An experiment, NAME:VARIANT or a trial of one.")]
Other = Annotated[str | None, Argument(metavar="[OTHER]", help="The other side, compared with the first.")]


def slices(
    experiment: Side = None,
    other: Other = None,
    metric: Annotated[str | None, Option("--metric", metavar="NAME", help="The per-case metric.")] = None,
    by: Annotated[list[str] | None, Option("--by", metavar="COLUMN", help="Only by this column; repeatable.")] = None,
    min_cases: Annotated[
        int, Option("--min-cases", metavar="N", min=2, help=f"Skip smaller slices; default: {MIN_CASES}.")
    ] = MIN_CASES,
    where: Annotated[str | None, Option("--where", metavar="EXPR", help="Only cases for which EXPR is true.")] = None,
    worst: Annotated[int | None, Option("--worst", metavar="N", min=1, help="List the N worst cases instead.")] = None,
    higher: Annotated[bool, Option("--higher-is-better", help="For --worst: a fall is bad.")] = False,
    lower: Annotated[bool, Option("--lower-is-better", help="For --worst: a rise is bad.")] = False,
    output: Annotated[
        str | None, Option("-o", "--output", metavar="FILE", help="A picture: .png, .svg, .html or .json.")
    ] = None,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """Show where two arms differ: for each value of the cases' columns, and each pair of values.

    It reads the per-case results that `cases` in ledger.yaml names. Given one experiment, or none, it compares the
    treatment with the baseline.

    Example: ledger slices focal-loss --by site
    """
    better = diagnosis.better(higher=higher, lower=lower)
    if output is not None and worst is not None:
        raise LedgerError("-o draws slices, --worst lists cases", hint="choose one")
    page = Page(form=options.format_of(form), output=output, json=json, guard=guard)
    asked = SliceOptions(
        first=experiment,
        second=other,
        metric=metric,
        by=tuple(by or ()),
        min_cases=min_cases,
        where=where,
        worst=worst,
        lower_is_better=None if better is None else better == LOWER,
    )
    with console.opened() as ledger:
        page.require(ledger)
        found = sliced(ledger, asked)
        title = report.heading(found)

        def chart() -> object:
            from ledger.report.plots import forest

            return forest.chart(found, ledger.settings, title)

        return page.answer(ledger, report.document(found, ledger.settings), chart, title)
