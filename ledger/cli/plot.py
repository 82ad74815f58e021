"""`ledger plot`: curves, a metric against a parameter, its spread in each arm, arms over all that varies."""

from __future__ import annotations

import sys
from typing import Annotated

from ledger.analysis.bands import Band
from ledger.analysis.plots import PlotOptions
from ledger.cli import console, options, pictures
from ledger.cli.declared import Argument, Option
from ledger.errors import LedgerError
from ledger.ops.plot import plot as drawn_of

# more points of a curve than this no picture shows
_MOST = 1000

Targets = Annotated[
    list[str] | None,
    Argument(metavar="EXP", help="Experiments, arms (NAME:VARIANT) or trials; for the default see below."),
]


def plot(
    experiments: Targets = None,
    y: Annotated[list[str] | None, Option("--y", metavar="COLUMN", help="Only this curve; repeatable.")] = None,
    x: Annotated[str | None, Option("--x", metavar="COLUMN", help="The column of the steps.")] = None,
    band: Annotated[str, Option("--band", metavar="BAND", help="sd, ci, minmax or none.")] = Band.SD.value,
    metric: Annotated[
        str | None, Option("--metric", metavar="METRIC", help="The metric that --against and --parallel show.")
    ] = None,
    against: Annotated[
        str | None,
        Option("--against", metavar="PARAM", help="The metric against a parameter, one point per trial."),
    ] = None,
    distribution: Annotated[
        str | None, Option("--distribution", metavar="METRIC", help="Every trial's value, arm by arm.")
    ] = None,
    parallel: Annotated[bool, Option("--parallel", help="One line per arm over all parameters that vary.")] = False,
    where: Annotated[
        str | None, Option("--where", metavar="EXPR", help="Only trials or arms for which EXPR is true.")
    ] = None,
    output: Annotated[
        str | None, Option("-o", "--output", metavar="FILE", help="A .png, .svg, .html or .json (Vega-Lite).")
    ] = None,
    json: options.AsJson = False,
) -> int:
    """Draw learning curves with a band over replicates, in the terminal or into a file.

    With --against, --distribution or --parallel draw metrics instead. Without EXP curves are those of the current
    experiment, and metrics those of all experiments. docs/plots.md explains what is drawn.

    Example: ledger plot exp-a exp-b --band ci -o curves.svg
    """
    if output is not None and json:
        raise LedgerError("-o writes a picture, --json prints numbers", hint="choose one; -o plot.json is Vega-Lite")
    asked = PlotOptions(
        y=tuple(y or ()),
        x=x,
        band=options.one_of("--band", band, tuple(Band)),
        metric=metric,
        against=against,
        distribution=distribution,
        parallel=parallel,
        where=where,
    )
    # before anything is read
    form = pictures.form_of(output)
    with console.opened() as ledger:
        pictures.require(ledger, output)
        drawn = drawn_of(ledger, experiments or (), asked, most=sys.maxsize if json else _MOST)
        pictures.answer(ledger, drawn, output=output, form=form, json=json)
    return 0
