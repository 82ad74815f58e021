"""`ledger amend`: change the plan openly."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from ledger.cli import change_shapes, console, options
from ledger.errors import LedgerError
from ledger.model import parameters, replicates
from ledger.model.seeds import source as seed_source
from ledger.ops.amend import AMENDABLE
from ledger.ops.amend import amend as amend_plan
from ledger.repo.axes import amended


def amend(
    message: Annotated[str, typer.Option("-m", "--message", help="Why the plan changes.")],
    predict: Annotated[
        list[str] | None, typer.Option(metavar="PREDICTION", help="The predictions from now on; repeatable.")
    ] = None,
    seeds: options.SeedsOption = None,
    over: options.Over = None,
    folds: options.Folds = None,
    splits: options.Splits = None,
    independent: options.Independent = None,
    reshuffled_by: options.ReshuffledBy = None,
    keys: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="KEY=VALUE", help="Another key of the plan: alpha=0.01; repeatable."),
    ] = None,
    retype: options.Retype = False,
    overrides: Annotated[list[str] | None, typer.Option("-S", "--set", hidden=True)] = None,
    experiment: Annotated[
        str | None, typer.Option("--exp", metavar="EXP", help="The experiment; else the current.")
    ] = None,
    json: options.AsJson = False,
) -> int:
    """Change the plan of an experiment, and say why. The verdict lists every change.

    Example: ledger amend --seeds 10 -m "five seeds cannot see an effect this small"
    """
    if overrides:
        raise _no_parameters(overrides[0])
    with console.opened() as ledger:
        chosen = ledger.experiment(experiment)
        changes: dict[str, object] = dict(parameters.parse_assignment(text) for text in keys or ())
        if predict:
            changes["predictions"] = list(predict)
            changes["exploratory"] = False
        asked = options.axes_of(over, folds, splits, independent, reshuffled_by)
        wanted = options.seeds(seeds)
        plan = chosen.plan
        # more of the hashed seeds begin with those that there are
        source = plan.seeds_from or seed_source(plan.base, plan.title, [str(p) for p in plan.predictions])
        if asked or wanted is not None:
            code = ledger.code.at(chosen.tip)
            grid = amended(ledger, code, plan.replicates, seeds=wanted, source=source, asked=asked)
            changes["replicates"] = replicates.to_mapping(grid)
        if not changes:
            raise LedgerError("say what changes", hint='ledger amend --predict "dice >= baseline + 0.02" -m "why"')
        hashed = source if wanted is not None and wanted.hashed else None
        done = amend_plan(ledger, chosen, changes, seeds_from=hashed, retype=retype, reason=message)
    if json:
        console.answer_json(change_shapes.amended(done))
    else:
        console.answer(
            f"amended {', '.join(done.keys)} of {done.plan.name} as {done.commit[:10]}: the verdict will say so"
        )
    for old, new in done.corrects.items():
        console.say(f"note: no result has {old}, so {new} corrects a name and decides nothing")
    if done.after_results and not done.corrects:
        console.say("warning: results had been seen, and the verdict will say that too")
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
        f"-S sets a parameter, and an amendment changes the plan: {name} is none of its keys",
        hint=f'change {name} in its file, then ledger run -m "why"; a further arm is --key variants={{…}}',
    )
