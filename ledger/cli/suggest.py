"""`ledger suggest`: what to try next."""

from __future__ import annotations

from typing import Annotated

from ledger.analysis.tuning.proposing import GP, MODELS, require
from ledger.cli import console, documents, options
from ledger.cli.declared import Argument, Option
from ledger.errors import LedgerError
from ledger.ops.suggest import suggest as ops
from ledger.repo.tuning.suggesting import SuggestRequest
from ledger.report import suggest as report
from ledger.report.documents import Format

Experiments = Annotated[
    list[str] | None,
    Argument(metavar="EXP", help="Learn only from these, at the code of the first; default: all, at HEAD."),
]
Tune = Annotated[
    list[str] | None,
    Option("--tune", metavar="NAME=DOMAIN", help="The domain of a parameter: lr=1e-5..1e-1:log; repeatable."),
]
Goal = Annotated[str | None, Option("--objective", metavar="GOAL", help='"max dice" or "min loss".')]


def suggest(
    experiments: Experiments = None,
    tune: Tune = None,
    objective: Goal = None,
    where: Annotated[
        str | None, Option("--where", metavar="EXPR", help="Learn only from trials for which EXPR is true.")
    ] = None,
    count: Annotated[int, Option("-n", metavar="K", min=1, max=100, help="How many, to run in parallel.")] = 1,
    model: Annotated[str, Option("--model", metavar="MODEL", help="gp (a Gaussian process) or tpe (Optuna's).")] = GP,
    form: options.AsPage = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Say which configuration to try next, from the trials recorded at one state of code and data.

    A domain is a range (0.0..0.99, layers=2..6, lr=1e-5..1e-1:log) or a list (opt=adam,sgd), with `if` where it
    counts only for a value of another: "momentum=0.0..0.99 if opt = sgd".

    Example: ledger suggest --tune train.lr=1e-4..1e-1:log --objective "max accuracy" -n 3
    """
    page = options.page_of(form)
    if model not in MODELS:
        raise LedgerError(f"--model {model} is none of {', '.join(MODELS)}", hint=f"--model {GP}")
    require(model)
    asked = SuggestRequest(
        experiments=tuple(experiments or ()),
        where=where,
        tune=tuple(tune or ()),
        objective=objective,
        count=count,
        model=model,
    )
    with console.opened() as ledger:
        answer = ops(ledger, asked)
        documents.answer(report.document(answer, ledger.settings), page, json=json)
        return 0 if answer.found.suggestions else 1
