"""`ledger table`: experiments, arms or trials as rows."""

from __future__ import annotations

from typing import Annotated

from ledger.analysis.columns import EXPERIMENTS, TRIALS, VARIANTS, Request
from ledger.cli import console, options, pager, passed_over, terminal
from ledger.cli.declared import Option
from ledger.errors import LedgerError
from ledger.ops.table import table as chosen
from ledger.report.documents import Format
from ledger.report.shapes import table as shapes
from ledger.report.table import render


def table(
    variants: Annotated[bool, Option("--variants", help="One row per arm, not per experiment.")] = False,
    trials: Annotated[bool, Option("--trials", help="One row per trial.")] = False,
    where: options.Where = None,
    sort: Annotated[
        list[str] | None, Option("--sort", metavar="KEYS", help="Such as -accuracy,created; - is descending.")
    ] = None,
    group: Annotated[
        list[str] | None, Option("--group-by", metavar="FIELD", help="Pool the rows that share this field.")
    ] = None,
    keep: Annotated[
        list[str] | None, Option("--keep", metavar="PATTERN", help="Show only these columns; repeatable.")
    ] = None,
    drop: Annotated[
        list[str] | None, Option("--drop", metavar="PATTERN", help="Leave out these columns; repeatable.")
    ] = None,
    limit: Annotated[int | None, Option("--limit", "-n", metavar="N", min=1, help="At most N rows.")] = None,
    best: Annotated[bool, Option("--best", help="Only the best row, with an estimate of its selection bias.")] = False,
    every: Annotated[bool, Option("--all", help="Every parameter, not only those that vary.")] = False,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """Show experiments as rows: verdict, metrics as mean ± sd (n), and the parameters that vary.

    An experiment is shown by the arm its first prediction is about, or else by its treatment.
    docs/table.md explains --where.

    Example: ledger table --where "accuracy > 0.95 and outcome = supported" --sort -accuracy
    """
    if variants and trials:
        raise LedgerError("--variants and --trials are two tables", hint="choose one")
    as_format = options.format_of(form)
    request = Request(
        level=VARIANTS if variants else TRIALS if trials else EXPERIMENTS,
        where=where,
        sort=tuple(sort or ()),
        group=tuple(group or ()),
        keep=tuple(keep or ()),
        drop=tuple(drop or ()),
        limit=limit,
        best=best,
        every=every or json,
        detail=json or as_format is Format.CSV,
    )
    with console.opened() as ledger:
        found, among = chosen(ledger, request)
        if json:
            console.answer_json(shapes.table(found))
        elif found.rows or as_format is not Format.TEXT:
            made = render(found, ledger.settings, as_format, total=None if every else terminal.bound(), guard=guard)
            pager.answer(made.text, ledger.git)
            for note in made.notes:
                console.say(note)
        elif among:
            console.say(f"none of the {among} {request.level} match")
        else:
            console.say('no experiments yet: ledger new "what you expect" begins one')
        passed_over.warn_unreadable(ledger)
        passed_over.warn_passed_over(ledger.index.passed_over())
    return 0
