"""`ledger power`: how many replicates show what."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated

from ledger.analysis.power import PowerOptions
from ledger.cli import console, options, values
from ledger.cli.declared import Option
from ledger.ops.power import gather
from ledger.report import power as report
from ledger.report.documents import Format


def power(
    experiment: options.Experiment = None,
    predict: Annotated[
        str | None,
        Option(metavar="PREDICTION", help='A prediction not yet made: "dice >= baseline + 0.01".'),
    ] = None,
    metric: Annotated[str | None, Option(metavar="NAME", help="A metric whose noise the ledger knows.")] = None,
    sd: Annotated[
        str | None, Option(metavar="SD", help="The noise: the standard deviation of the paired differences.")
    ] = None,
    df: Annotated[str | None, Option(metavar="N", help="The degrees of freedom behind --sd: pairs - 1.")] = None,
    margin: Annotated[str | None, Option(metavar="NUMBER", help="The prediction's margin; default: 0.")] = None,
    within: Annotated[
        str | None,
        Option(metavar="NUMBER", help="Equivalence: half the width of what counts as equal."),
    ] = None,
    effect: Annotated[
        str | None, Option(metavar="NUMBER", help="A true difference, whose power is shown for each n.")
    ] = None,
    alpha: Annotated[str | None, Option(metavar="LEVEL", help="The significance level; default: 0.05.")] = None,
    wanted: Annotated[str | None, Option("--power", metavar="SHARE", help="The desired power; default: 0.8.")] = None,
    folds: Annotated[
        int | None,
        Option(metavar="K", min=2, help="The sd is of folds, and n counts partitions into K folds."),
    ] = None,
    unpaired: Annotated[
        bool, Option("--unpaired", help="The sd is of one side, and n counts replicates per side.")
    ] = False,
    counts: Annotated[str | None, Option("--n", metavar="LIST", help="The values of n: 3,5,10 or 2..20.")] = None,
    form: options.AsFormat = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Tabulate the smallest detectable effect and the power by replicates, with the uncertainty of the noise.

    Without options, for the predictions of the current experiment.

    Example: ledger power --sd 0.045 --df 4 --margin 0.02 --effect 0.05
    """
    asked = PowerOptions(
        experiment=experiment,
        predict=predict,
        metric=metric,
        sd=values.number("--sd", sd),
        df=values.number("--df", df),
        margin=values.number("--margin", margin),
        within=values.number("--within", within),
        effect=values.number("--effect", effect),
        alpha=values.number("--alpha", alpha),
        wanted=values.number("--power", wanted),
        folds=folds,
        unpaired=unpaired,
        counts=values.whole_numbers(counts, "--n"),
    )
    as_format = options.format_of(form)
    with nullcontext() if asked.alone else console.opened() as ledger:
        found = gather(ledger, asked)
    if json:
        console.answer_json(report.shapes(found))
        return 0
    for told in report.told(found, as_format):
        console.tell(told)
    return 0
