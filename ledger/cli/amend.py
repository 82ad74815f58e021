"""`ledger amend`: change the plan openly."""

from __future__ import annotations

import shlex
from typing import Annotated

from ledger.cli import console, options, plan_options, replicate_values
from ledger.cli.declared import Option
from ledger.errors import LedgerError
from ledger.model.typed_values import parse_assignment
from ledger.ops.amend import amend as amend_plan
from ledger.repo.amending import AMENDABLE, PlanEdits
from ledger.report import changes
from ledger.report.shapes import changes as shapes


def amend(
    message: Annotated[str, Option("-m", "--message", help="Why the plan changes.")],
    predict: Annotated[
        list[str] | None, Option(metavar="PREDICTION", help="The predictions from now on; repeatable.")
    ] = None,
    seeds: plan_options.Seeds = None,
    over: plan_options.Over = None,
    folds: plan_options.Folds = None,
    splits: plan_options.Splits = None,
    independent: plan_options.Independent = None,
    reshuffled_by: plan_options.ReshuffledBy = None,
    keys: Annotated[
        list[str] | None,
        Option("--key", metavar="KEY=VALUE", help="Another key of the plan: alpha=0.01; repeatable."),
    ] = None,
    retype: plan_options.Retype = False,
    overrides: Annotated[list[str] | None, Option("-S", "--set", hidden=True)] = None,
    experiment: Annotated[
        str | None, Option("--exp", metavar="EXP", help="The experiment; default: the current one.")
    ] = None,
    json: options.AsJson = False,
) -> int:
    """Change the plan of an experiment, and say why. The verdict lists every change.

    Example: ledger amend --seeds 10 -m "five seeds cannot see an effect this small"
    """
    if overrides:
        raise _no_parameters(overrides[0])
    with console.opened() as ledger:
        assigned: dict[str, object] = dict(parse_assignment(text) for text in keys or ())
        if predict:
            assigned |= {"predictions": list(predict), "exploratory": False}
        asked = PlanEdits(
            keys=assigned,
            seeds=replicate_values.seeds(seeds),
            axes=replicate_values.axes_of(over, folds, splits, independent, reshuffled_by),
            retype=retype,
        )
        done = amend_plan(ledger, ledger.experiment(experiment), asked, reason=message)
    console.report(lambda: changes.amended(done), lambda: shapes.amended(done), json=json)
    return 0


def _no_parameters(given: str) -> LedgerError:
    """Why `-S`, which sets parameters, is none of amend's options, with what to type for what was meant."""
    name = given.partition("=")[0].strip()
    if name in AMENDABLE:
        return LedgerError(
            f"-S sets a parameter, and {name} is a key of the plan",
            hint=f'ledger amend --key {shlex.quote(given)} -m "why"',
        )
    return LedgerError(
        f"-S sets a parameter, and an amendment changes the plan: {name} is not one of its keys",
        hint=f'change {name} in its file, then ledger run -m "why"; a further arm is --key variants={{…}}',
    )
