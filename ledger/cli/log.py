"""`ledger log`: the history of experiments."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import console, options
from ledger.report import experiments as report
from ledger.report import shapes
from ledger.report.tables import Format, table
from ledger.report.text import columns


def log(
    limit: Annotated[int | None, typer.Option("-n", metavar="N", min=1, help="The latest N alone.")] = None,
    graph: Annotated[bool, typer.Option("--graph", help="Draw which experiment refines which.")] = False,
    form: options.AsFormat = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """List the experiments, newest first, one a line.

    Example: ledger log --graph
    """
    with console.opened() as ledger:
        found = ledger.experiments()[:limit]
        if json:
            console.answer_json([shapes.log(e, *report.headline_value(e, ledger.settings)) for e in found])
        elif found:
            rows = report.log(found, ledger.settings, now=console.now(), graph=graph)
            if options.format_of(form) is Format.TEXT:
                lines = columns(rows, head=report.LOG_HEAD, right=(4, 5), flexible=2, total=console.columns())
                console.answer("\n".join(lines))
            else:
                console.answer(table(rows, report.LOG_HEAD, options.format_of(form)))
        else:
            console.say('no experiments yet: ledger new "what you expect" begins one')
        for experiment in found:
            for problem in experiment.problems:
                console.say(f"warning: passed over: {problem}")
        console.warn_unreadable(ledger)
    return 0
