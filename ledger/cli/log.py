"""`ledger log`: the history of experiments."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import console, options
from ledger.report import experiments as report
from ledger.report import shapes


def log(
    limit: Annotated[int | None, typer.Option("-n", metavar="N", min=1, help="The latest N alone.")] = None,
    graph: Annotated[bool, typer.Option("--graph", help="Draw which experiment refines which.")] = False,
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
            text = report.log(found, ledger.settings, now=console.now(), total=console.columns(), graph=graph)
            console.answer(text)
        else:
            console.say('no experiments yet: ledger new "what you expect" begins one')
        for experiment in found:
            for problem in experiment.problems:
                console.say(f"warning: passed over: {problem}")
        console.warn_unreadable(ledger)
    return 0
