"""`ledger power`: how many replicates show what."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import console, options
from ledger.errors import LedgerError
from ledger.ops.power import Asked, gather
from ledger.report import power as report
from ledger.report.documents import Format, table


def power(
    experiment: options.Experiment = None,
    predict: Annotated[
        str | None, typer.Option(metavar="PREDICTION", help='Such as "dice >= baseline + 0.01", of no experiment yet.')
    ] = None,
    metric: Annotated[
        str | None, typer.Option(metavar="NAME", help="The metric, whose noise the ledger knows.")
    ] = None,
    sd: Annotated[
        str | None, typer.Option(metavar="SD", help="The noise: the standard deviation of the paired differences.")
    ] = None,
    df: Annotated[
        str | None, typer.Option(metavar="N", help="The degrees of freedom with which --sd is known: pairs - 1.")
    ] = None,
    margin: Annotated[str | None, typer.Option(metavar="NUMBER", help="The margin of the prediction; 0 else.")] = None,
    within: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Equivalence: half the width of what counts as no difference.")
    ] = None,
    effect: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="A true difference: its power is shown for each n.")
    ] = None,
    alpha: Annotated[str | None, typer.Option(metavar="LEVEL", help="The significance level; 0.05 else.")] = None,
    wanted: Annotated[str | None, typer.Option("--power", metavar="SHARE", help="The power wanted; 0.8 else.")] = None,
    folds: Annotated[
        int | None,
        typer.Option(metavar="K", min=2, help="The sd is that of folds: n counts partitions into K of them."),
    ] = None,
    unpaired: Annotated[
        bool, typer.Option("--unpaired", help="The sd is that of a side: n counts each side's.")
    ] = False,
    counts: Annotated[str | None, typer.Option("--n", metavar="LIST", help="Which n: 3,5,10 or 2..20.")] = None,
    form: options.AsFormat = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Tabulate what so many replicates show: the smallest effect and the power, with the noise's own uncertainty.

    Without options it is about the predictions of the current experiment.

    Example: ledger power --sd 0.045 --df 4 --margin 0.02 --effect 0.05
    """
    asked = Asked(
        experiment=experiment, predict=predict, metric=metric, sd=_number("--sd", sd), df=_number("--df", df),
        margin=_number("--margin", margin), within=_number("--within", within), effect=_number("--effect", effect),
        alpha=_number("--alpha", alpha), wanted=_number("--power", wanted), folds=folds, unpaired=unpaired,
        counts=options.whole_numbers(counts, "--n"),
    )  # fmt: skip
    as_format = options.format_of(form)
    if asked.alone:
        found = gather(None, asked)
    else:
        with console.opened() as ledger:
            found = gather(ledger, asked)
    if json:
        console.answer_json([report.shape(one, found.counts, found.replicates) for one in found.outlooks])
        return 0
    for at, one in enumerate(found.outlooks):
        made = table(report.tabulated(one, found.counts), as_format).rstrip("\n")
        heading, closing = report.heading(one, found.replicates), report.closing(one, found.replicates)
        if as_format is Format.TEXT:
            console.answer("\n".join([*([""] if at else []), *heading, "", made, "", *closing]))
        else:
            console.answer(made)
            for line in (*heading, *closing):
                console.say(line)
    return 0


def _number(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise LedgerError(f"{option} {text!r} is not a number", hint=f"{option} 0.02") from None
