"""`ledger confirm`: put a finding to the test on fresh replicates."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, diagnosis, options, plan_options, values
from ledger.cli import diagnosis_options as given
from ledger.cli.declared import Argument, Option
from ledger.ops.confirm import confirm as put_to_the_test
from ledger.repo.confirming.request import ConfirmRequest
from ledger.report import confirm as report


def confirm(
    finding: Annotated[
        str | None, Argument(metavar="[EXP]", help="An experiment, or an arm of it: NAME:VARIANT.")
    ] = None,
    where: options.Where = None,
    metric: Annotated[str | None, Option(metavar="METRIC", help="The metric that chooses the best arm.")] = None,
    higher: given.Higher = False,
    lower: given.Lower = False,
    baseline: Annotated[
        str | None, Option(metavar="EXP", help="An arm, an experiment or a revision in the baseline's role.")
    ] = None,
    predict: Annotated[list[str] | None, Option(metavar="PREDICTION", help="Predict this instead; repeatable.")] = None,
    margin: Annotated[
        str | None,
        Option(metavar="NUMBER", help="The margin to predict; default: half the corrected effect."),
    ] = None,
    seeds: Annotated[int | None, Option(metavar="N", min=1, help="How many replicates; default: by power.")] = None,
    name: plan_options.Name = None,
    tag: plan_options.Tags = None,
    no_switch: Annotated[bool, Option("--no-switch", help="Stay on the current branch.")] = False,
    json: options.AsJson = False,
) -> int:
    """Begin an experiment that puts the best arm to the test: fresh seeds, a cautious prediction.

    It confirms the arm that a supported experiment predicted, else the best of an experiment's arms, or of those that
    --where chooses. docs/next.md explains what selection does to an estimate.

    Example: ledger confirm grid
    """
    asked = ConfirmRequest(
        target=finding,
        where=where,
        metric=metric,
        better=diagnosis.better(higher=higher, lower=lower),
        baseline=baseline,
        predictions=tuple(predict or ()),
        margin=values.number("--margin", margin, example="0.01"),
        seeds=seeds,
        name=name,
        tags=tuple(tag or ()),
        switch=not no_switch,
    )
    with console.opened() as ledger:
        made = put_to_the_test(ledger, asked, now=console.now())
        settings = ledger.settings
    if json:
        console.answer_json(report.shape(made))
        for note in report.notes(made):
            console.say(note)
    else:
        console.tell(report.told(made, settings))
    return 0
