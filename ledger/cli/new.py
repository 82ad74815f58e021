"""`ledger new`: begin an experiment from a hypothesis."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import arm_values, console, options, plan_options, replicate_values, tune_options, values
from ledger.cli.declared import Argument, Option
from ledger.ops.new import create
from ledger.repo.plan_request import PlanRequest
from ledger.report import new as report


def new(
    title: Annotated[str, Argument(metavar="HYPOTHESIS", help="What you expect, in one sentence.")],
    name: plan_options.Name = None,
    predict: plan_options.Predict = None,
    baseline: plan_options.Baseline = None,
    start: plan_options.From = None,
    overrides: plan_options.Set = None,
    variant: plan_options.Variants = None,
    group: plan_options.Groups = None,
    vary: plan_options.Vary = None,
    seeds: plan_options.Seeds = None,
    over: plan_options.Over = None,
    folds: plan_options.Folds = None,
    splits: plan_options.Splits = None,
    independent: plan_options.Independent = None,
    reshuffled_by: plan_options.ReshuffledBy = None,
    repeats: plan_options.Repeats = None,
    evaluation: plan_options.Evaluation = None,
    alpha: plan_options.Alpha = None,
    looks: plan_options.Looks = None,
    tag: plan_options.Tags = None,
    tune: tune_options.Tune = None,
    objective: tune_options.Goal = None,
    budget: tune_options.Budget = None,
    model: tune_options.Model = None,
    no_earlier: tune_options.Unaware = False,
    no_switch: Annotated[bool, Option("--no-switch", help="Stay on the current branch.")] = False,
    retype: plan_options.Retype = False,
    json: options.AsJson = False,
) -> int:
    """Begin an experiment: a branch and a hypothesis file, with the prediction in it.

    With --tune it is a search for the best parameters: ledger run chooses its trials one after the other.

    Example: ledger new "Focal loss improves Dice" --predict "dice >= baseline + 0.01" --seeds 5
    """
    request = PlanRequest(
        title=title,
        name=name,
        predictions=tuple(predict or ()),
        baseline=baseline,
        start=start,
        overrides=values.assignments("-S", overrides),
        arms=arm_values.arms(variant),
        groups=arm_values.groups(group),
        vary=values.once("--vary", (replicate_values.axis(text, "--vary") for text in vary or ())),
        seeds=replicate_values.seeds(seeds),
        axes=replicate_values.axes_of(over, folds, splits, independent, reshuffled_by),
        repeats=repeats,
        evaluation=tuple(evaluation or ()),
        alpha=values.number("--alpha", alpha, example="0.05"),
        looks=looks,
        tags=tuple(tag or ()),
        switch=not no_switch,
        retype=retype,
        tune=tune_options.request(tune, objective, budget, model, unaware=no_earlier),
    )
    with console.opened() as ledger:
        created = create(ledger, request, now=console.now())
    if json:
        console.answer_json(report.shape(created))
        for note in report.notes(created):
            console.say(note)
    else:
        console.tell(report.told(created))
    return 0
