"""`ledger coverage`: what has been tried of the parameters, and what never."""

from __future__ import annotations

from typing import Annotated

from ledger.analysis.coverage.combinations import STRONGEST
from ledger.analysis.coverage.tried import CoverageOptions
from ledger.cli import bin_values, console, documents, options, passed_over, terminal
from ledger.cli.declared import Argument, Option
from ledger.ops.coverage import coverage as counted
from ledger.report import coverage as report
from ledger.report.documents import Format

Targets = Annotated[
    list[str] | None, Argument(metavar="EXP", help="Experiments, arms (NAME:VARIANT) or trials; default: all.")
]


def coverage(
    experiments: Targets = None,
    t: Annotated[
        int | None,
        Option("-t", metavar="T", min=1, max=STRONGEST, help="Combinations of so many parameters (default: 2)."),
    ] = None,
    where: Annotated[str | None, Option("--where", metavar="EXPR", help="Only trials for which EXPR is true.")] = None,
    keep: Annotated[
        list[str] | None, Option("--keep", metavar="PATTERN", help="Only these parameters; repeatable.")
    ] = None,
    drop: Annotated[
        list[str] | None, Option("--drop", metavar="PATTERN", help="Leave out these parameters; repeatable.")
    ] = None,
    bins: Annotated[
        list[str] | None,
        Option("--bins", metavar="[KEY=]N|EDGES", help="Bins of numbers: 5, lr=5, lr=0.001,0.01,0.1 or lr=each."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        Option("--exclude", metavar="EXPR", help="What may not be combined: 'opt = adam and lr > 0.1'."),
    ] = None,
    complete: Annotated[
        int | None,
        Option("--complete", metavar="N", min=1, help="Propose at most N configurations that close the gaps."),
    ] = None,
    limit: Annotated[
        int | None, Option("--limit", "-n", metavar="N", min=0, help="List at most N missing combinations.")
    ] = None,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """Show which combinations of the parameters that varied were tried, and which never.

    It counts recorded trials, whatever came of them; seeds and folds do not count as parameters. docs/next.md explains
    bins, --exclude and --complete.

    Example: ledger coverage --exclude "opt = adam and lr > 0.1" --complete 5
    """
    as_format = options.format_of(form)
    asked = CoverageOptions(
        t=t,
        keep=tuple(keep or ()),
        drop=tuple(drop or ()),
        bins=bin_values.bins(bins),
        exclude=tuple(exclude or ()),
        complete=complete,
    )
    with console.opened() as ledger:
        found = counted(ledger, asked, experiments or (), where=where)
        if json:
            console.answer_json(report.data(found, limit))
        else:
            document = report.document(found, limit=limit, total=terminal.bound(), sheet=as_format is Format.CSV)
            documents.answer(document, as_format, json=False, guard=guard)
        passed_over.warn_unreadable(ledger)
        passed_over.warn_passed_over(ledger.index.passed_over())
    return 0
