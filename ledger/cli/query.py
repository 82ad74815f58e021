"""`ledger query`: read-only SQL on the index."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ledger.cli import console, options, pager
from ledger.repo.index.query import query as ask
from ledger.report.shapes import plain
from ledger.report.tables import Format, table
from ledger.report.text import clean, columns


def query(
    sql: Annotated[
        str, typer.Argument(metavar="SQL", help="A SELECT on experiments, variants, trials, metrics, params.")
    ],
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", min=1, max=2**31 - 1, help="The first N rows.")
    ] = 10_000,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="How long it may take.")
    ] = 30.0,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """Ask the history in SQL: SELECT on documented views, which nothing can change.

    docs/query.md has the views and their columns. The SQL is SQLite's.

    Example: ledger query "SELECT experiment, value FROM metrics WHERE name = 'accuracy' ORDER BY value DESC"
    """
    as_format = options.format_of(form)
    with console.opened() as ledger:
        found = ask(ledger, sql, limit=limit, seconds=timeout)
        if json:
            names = _distinct(found.columns)
            console.answer_json([dict(zip(names, map(_value, row), strict=True)) for row in found.rows])
        else:
            rows = [[_text(value) for value in row] for row in found.rows]
            if as_format is Format.TEXT:
                numbers = [
                    i
                    for i in range(len(found.columns))
                    if all(isinstance(row[i], int | float | None) for row in found.rows)
                ]
                cells = [[clean(cell) for cell in row] for row in rows]
                heads = [clean(name) for name in found.columns]
                pager.answer("\n".join(columns(cells, head=heads, right=numbers)), ledger.git)
            else:
                console.answer(table(rows, found.columns, as_format, guard=guard))
        if found.more:
            console.say(f"the first {limit} rows: there are more, --limit shows them")
        console.warn_unreadable(ledger)
        console.warn_passed_over(ledger.index.passed_over())
    return 0


def _distinct(names: tuple[str, ...]) -> list[str]:
    """The names of the columns as keys: those that come again are numbered."""
    found: list[str] = []
    for name in names:
        number = 2
        key = name
        while key in found:
            key, number = f"{name}_{number}", number + 1
        found.append(key)
    return found


def _value(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else plain(value)


def _text(value: Any) -> str:
    """A value as it stands in a table: nothing where it is null."""
    return "" if value is None else value.hex() if isinstance(value, bytes) else str(value)
