"""`ledger new`: begin an experiment from a hypothesis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from ledger.cli import console, options
from ledger.errors import LedgerError
from ledger.model import parameters
from ledger.model.hypothesis import BASELINE, TREATMENT
from ledger.model.listing import listed
from ledger.ops.new import Created, create
from ledger.repo.planning import Request
from ledger.report.experiments import described_axes

# so wide may the names of the arms be on the line that counts the trials
_ARMS_WIDTH = 48


def new(
    title: Annotated[str, typer.Argument(metavar="HYPOTHESIS", help="What you expect, in one sentence.")],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The experiment's name; otherwise made from the title.")
    ] = None,
    predict: Annotated[
        list[str] | None, typer.Option(metavar="PREDICTION", help='Such as "dice >= baseline + 0.01"; repeatable.')
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="EXP", help="Another experiment or an arm (NAME:VARIANT) in the baseline's role."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="REV", help="Fork from here and not from HEAD: an experiment, arm, trial or revision."
        ),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("-S", "--set", metavar="KEY=VALUE", help="A parameter of the treatment; repeatable."),
    ] = None,
    variant: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME:[@REV,]KEY=VALUE,…", help="A further arm, at any revision; repeatable."),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=LIST", help="An arm for each value; for each combination where repeated."),
    ] = None,
    seeds: options.SeedsOption = None,
    over: options.Over = None,
    folds: options.Folds = None,
    splits: options.Splits = None,
    independent: options.Independent = None,
    reshuffled_by: options.ReshuffledBy = None,
    repeats: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Repeat so often, where the pipeline has no seed.")
    ] = None,
    evaluation: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="What both sides must be evaluated on; repeatable.")
    ] = None,
    alpha: Annotated[str | None, typer.Option(metavar="LEVEL", help="The significance level; 0.05 by default.")] = None,
    looks: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How often you will look before the trials are complete.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="WORD", help="A word to find it by; repeatable.")] = None,
    no_switch: Annotated[bool, typer.Option("--no-switch", help="Leave the work tree on its branch.")] = False,
    retype: options.Retype = False,
    json: options.AsJson = False,
) -> int:
    """Begin an experiment: a branch and a hypothesis file, with the prediction in it.

    Example: ledger new "Focal loss improves Dice" --predict "dice >= baseline + 0.01" --seeds 5
    """
    arms = options.once("--variant", map(_variant, variant or ()))
    request = Request(
        title=title,
        name=name,
        predictions=tuple(predict or ()),
        baseline=baseline,
        start=start,
        overrides=options.once("-S", (parameters.parse_assignment(text) for text in overrides or ())),
        variants={name: params for name, (_, params) in arms.items()},
        places={name: revision for name, (revision, _) in arms.items() if revision is not None},
        vary=options.once("--vary", (options.axis(text, "--vary") for text in vary or ())),
        seeds=options.seeds(seeds),
        axes=options.axes_of(over, folds, splits, independent, reshuffled_by),
        repeats=repeats,
        evaluation=tuple(evaluation or ()),
        alpha=None if alpha is None else _level(alpha),
        looks=looks,
        tags=tuple(tag or ()),
        switch=not no_switch,
        retype=retype,
    )
    with console.opened() as ledger:
        created = create(ledger, request, now=console.now())
    if json:
        plan = created.plan
        console.answer_json(
            {
                "name": plan.name,
                "branch": created.branch,
                "base": plan.base,
                "parent": plan.parent,
                "commit": created.commit,
            }
        )
    else:
        console.answer(_told(created, set_=bool(overrides or variant or vary), varied=request.vary or {}))
    for remark in created.remarks:
        console.say(f"note: {remark}")
    return 0


def _told(created: Created, *, set_: bool, varied: Mapping[str, Sequence[object]]) -> str:
    plan = created.plan
    count = len(plan.replicates.points())
    arms = [v.name for v in plan.variants if v.experiment is None]
    trials = len(arms) * count
    size = f"{trials} trial{'s' if trials > 1 else ''}"
    axes = " at " + described_axes(plan) if plan.replicates.axes else ""
    fitting = max(1, sum(1 for at in range(len(arms)) if len(", ".join(arms[: at + 1])) <= _ARMS_WIDTH))
    shown = listed(arms, fitting)
    own = [v for v in plan.variants if set(v.params) == set(varied)]
    inside = bool(varied) and len(own) < math.prod(map(len, varied.values()))
    standing = TREATMENT if plan.variant(TREATMENT) else BASELINE
    # the next command is about the branch that is checked out unless it names another
    run = "ledger run" if created.switched else f"ledger run {plan.name}"
    lines = [
        f"{plan.name}: branch {created.branch}, from {created.start} ({plan.base[:10]})",
        *(f"  predicts {p}" for p in plan.predictions),
        f"  {size}: {shown}{' each' if len(arms) > 1 and axes else ''}{axes}",
        *([f"  {standing} is the combination of the grid that the branch has already"] if inside else []),
        f"next: say why in experiments/{plan.name}/hypothesis.md, {'' if set_ else 'change the code, '}{run}",
    ]
    return "\n".join(lines)


def _variant(text: str) -> tuple[str, tuple[str | None, dict[str, parameters.Value]]]:
    """An arm's name, the revision at which it runs (None for the branch), and its parameters."""
    name, colon, rest = text.partition(":")
    if not colon or not name or rest in ("", "@"):
        raise LedgerError(
            f"--variant {text!r} is not NAME:KEY=VALUE or NAME:@REV",
            hint="--variant high-lr:train.lr=0.3,train.epochs=20, or --variant old:@v1.2",
        )
    first, *others = parameters.split_list(rest)
    revision, parts = (first[1:], others) if first.startswith("@") else (None, [first, *others])
    return name, (revision, options.once("--variant", map(parameters.parse_assignment, parts)))


def _level(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise LedgerError(f"--alpha {text!r} is not a number", hint="--alpha 0.05") from None
