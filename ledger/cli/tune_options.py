"""Options of what is to be tuned."""

from __future__ import annotations

from typing import Annotated

from ledger.analysis.tuning.proposing import GP, MODELS
from ledger.cli.declared import Option
from ledger.errors import LedgerError
from ledger.repo.plan_request import TuneRequest

Tune = Annotated[
    list[str] | None,
    Option("--tune", metavar="NAME=DOMAIN", help="The domain of a parameter: lr=1e-5..1e-1:log; repeatable."),
]
Goal = Annotated[str | None, Option("--objective", metavar="GOAL", help='"max dice" or "min loss".')]
Model = Annotated[
    str | None, Option("--model", metavar="MODEL", help="gp (a Gaussian process) or tpe (Optuna's); default: gp.")
]
Budget = Annotated[int | None, Option(metavar="N", min=2, max=1000, help="With --tune: at most N trials; default: 40.")]
Unaware = Annotated[bool, Option("--no-earlier", help="With --tune: ignore the trials of other experiments.")]


def known_model(model: str | None) -> str:
    """The model that was asked for, by default the Gaussian process. Raises LedgerError for another word."""
    if model not in (None, *MODELS):
        raise LedgerError(f"--model {model} is not one of {', '.join(MODELS)}", hint=f"--model {GP}")
    return model or GP


def request(
    space: list[str] | None, objective: str | None, budget: int | None, model: str | None, *, unaware: bool
) -> TuneRequest | None:
    """What `ledger new` is to search, None where nothing is to be tuned. Raises LedgerError for half of a search."""
    if space:
        return TuneRequest(
            space=space, objective=objective, budget=budget, model=known_model(model), earlier=not unaware
        )
    given = {"--objective": objective, "--budget": budget, "--model": model, "--no-earlier": unaware or None}
    for option, value in given.items():
        if value is not None:
            raise LedgerError(f"{option} needs --tune", hint="--tune train.lr=1e-5..1e-1:log")
    return None
