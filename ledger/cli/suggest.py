"""`ledger suggest`: what to try next."""

from __future__ import annotations

from typing import Annotated

from ledger.analysis.tuning.proposing import require
from ledger.cli import console, documents, options, tune_options
from ledger.cli.declared import Argument, Option
from ledger.ops.suggest import suggest as ops
from ledger.repo.tuning.suggesting import SuggestRequest
from ledger.report import suggest as report
from ledger.report.documents import Format

Experiments = Annotated[
    list[str] | None,
    Argument(metavar="EXP", help="Learn only from these, at the code of the first; default: all, at HEAD."),
]


def suggest(
    experiments: Experiments = None,
    tune: tune_options.Tune = None,
    objective: tune_options.Goal = None,
    where: Annotated[
        str | None, Option("--where", metavar="EXPR", help="Learn only from trials for which EXPR is true.")
    ] = None,
    count: Annotated[
        int, Option("-n", metavar="K", min=1, max=100, help="How many to suggest, to run in parallel.")
    ] = 1,
    model: tune_options.Model = None,
    form: options.AsPage = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Suggest which configuration to try next, from the trials recorded at one state of code and data.

    A domain is a range (0.0..0.99, layers=2..6, lr=1e-5..1e-1:log) or a list (opt=adam,sgd), with `if` where it
    counts only for a value of another: "momentum=0.0..0.99 if opt = sgd".

    Example: ledger suggest --tune train.lr=1e-4..1e-1:log --objective "max accuracy" -n 3
    """
    page = options.page_of(form)
    chosen = tune_options.known_model(model)
    require(chosen)
    asked = SuggestRequest(
        experiments=tuple(experiments or ()),
        where=where,
        tune=tuple(tune or ()),
        objective=objective,
        count=count,
        model=chosen,
    )
    with console.opened() as ledger:
        answer = ops(ledger, asked)
        documents.answer(report.document(answer, ledger.settings), page, json=json)
        return 0 if answer.found.suggestions else 1
