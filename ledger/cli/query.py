"""`ledger query`: read-only SQL on the index."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, options, pager, passed_over
from ledger.cli.declared import Argument, Option
from ledger.repo.index.query import query as ask
from ledger.report import query as report
from ledger.report.documents import Format, table


def query(
    sql: Annotated[
        str, Argument(metavar="SQL", help="A SELECT on experiments, variants, trials, metrics, params, models.")
    ],
    limit: Annotated[int, Option("--limit", "-n", metavar="N", min=1, max=2**31 - 1, help="At most N rows.")] = 10_000,
    timeout: Annotated[float, Option("--timeout", metavar="SECONDS", min=0.1, help="Stop after this time.")] = 30.0,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """Query the history with read-only SQL: SELECT from documented views.

    docs/query.md lists the views and their columns. The SQL is SQLite's.

    Example: ledger query "SELECT experiment, value FROM metrics WHERE name = 'accuracy' ORDER BY value DESC"
    """
    as_format = options.format_of(form)
    with console.opened() as ledger:
        found = ask(ledger, sql, limit=limit, seconds=timeout)
        if json:
            console.answer_json(report.records(found.columns, found.rows))
        elif as_format is Format.TEXT:
            pager.answer(table(report.answer(found.columns, found.rows), as_format), ledger.git)
        else:
            console.answer(table(report.answer(found.columns, found.rows), as_format, guard=guard))
        if found.more:
            console.say(f"only the first {limit} rows: --limit shows more")
        passed_over.warn_unreadable(ledger)
        passed_over.warn_passed_over(ledger.index.passed_over())
    return 0
