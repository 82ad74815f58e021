"""`ledger plot`: curves, a metric against a parameter, its spread in each arm, arms over all that varies."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.analysis import parallel as coordinates
from ledger.analysis import points
from ledger.analysis.bands import Band, bands
from ledger.analysis.curves import choose
from ledger.analysis.fields import METRICS
from ledger.cli import console, options
from ledger.errors import LedgerError
from ledger.model.row import Row
from ledger.model.settings import Settings
from ledger.repo import voided
from ledger.repo.plots import curves, plotted
from ledger.report.numbers import headline
from ledger.report.plots import kinds, picture
from ledger.report.remarks import sentences
from ledger.report.text import cut

if TYPE_CHECKING:
    from ledger.repo.ledger import Ledger
    from ledger.repo.targets import Target

Targets = Annotated[
    list[str] | None,
    typer.Argument(metavar="EXP", help="Experiments, arms (NAME:VARIANT) or trials; else see below."),
]


def plot(
    experiments: Targets = None,
    y: Annotated[list[str] | None, typer.Option("--y", metavar="COLUMN", help="This curve alone; repeatable.")] = None,
    x: Annotated[str | None, typer.Option("--x", metavar="COLUMN", help="The steps of the curves.")] = None,
    band: Annotated[str, typer.Option("--band", metavar="BAND", help="sd, ci, minmax or none.")] = Band.SD.value,
    metric: Annotated[
        str | None, typer.Option("--metric", metavar="METRIC", help="What --against and --parallel show.")
    ] = None,
    against: Annotated[
        str | None, typer.Option("--against", metavar="PARAM", help="The metric against a parameter, a point a trial.")
    ] = None,
    distribution: Annotated[
        str | None, typer.Option("--distribution", metavar="METRIC", help="Every trial's value, arm by arm.")
    ] = None,
    parallel: Annotated[bool, typer.Option("--parallel", help="A line an arm over all parameters that vary.")] = False,
    where: Annotated[
        str | None, typer.Option("--where", metavar="EXPR", help="The trials or arms for which EXPR is true.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="A .png, .svg, .html or .json (Vega-Lite).")
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
    if band != Band.SD and (against or distribution or parallel):
        raise LedgerError("--band is an option of learning curves", hint="leave out --band")
    form = None if output is None else picture.suffix(output)
    if form is not None:
        # before anything is read
        picture.require()
    kind = _kind({"--against": against, "--distribution": distribution, "--parallel": parallel or None})
    _check(kind, {"--y": y, "--x": x}, {"--metric": metric, "--where": where})
    with console.opened() as ledger:
        given = experiments or ([ledger.current().name] if kind is None else [])
        targets = [ledger.target(text) for text in given]
        if kind is None:
            rows: list[Row] = []
            drawn, notes = _curves(ledger, targets, y or (), x, _band(band), thin=not json)
        else:
            rows = _rows(ledger, targets, "variants" if parallel else "trials", where)
            shown = distribution or metric or _headline(ledger, targets, rows)
            drawn = _of_rows(rows, shown, against, ledger.settings, is_parallel=parallel)
            notes = tuple(note for target in targets for note in sentences(voided.warnings(target)))
        names = {t.experiment.name: t.experiment.plan.title for t in targets if t.experiment is not None}
        if kind is not None and len({row.experiment for row in rows}) == 1:
            # chosen by an expression, it may be any
            names = {rows[0].experiment: rows[0].title}
        heading = kinds.title(drawn, list(names.items()))
        if output is not None and form is not None:
            _write(Path(output), kinds.file(drawn, ledger.settings, heading, form))
            lacking = kinds.unseen(drawn, heading) if form == "png" else ""
            if lacking:
                console.say(f"note: no font on this machine has {cut(lacking, 20)}, drawn as boxes: take SVG or HTML")
        elif json:
            console.answer_json(kinds.shape(drawn))
        else:
            total = console.columns()
            console.answer(
                kinds.text(drawn, ledger.settings, heading, total=total, colour=console.has_colour()), painted=True
            )
        for note in (*notes, *drawn.notes):
            console.say(f"note: {note}")
        if kind is not None and not targets:
            console.warn_unreadable(ledger)
            console.warn_passed_over(ledger.index.passed_over())
        else:
            read = {t.experiment.name: t.experiment for t in targets if t.experiment is not None}
            console.warn_newer(sum(len(each.too_new) for each in read.values()))
            console.warn_passed_over(sum(len(each.passed_over) for each in read.values()))
    return 0


def _kind(asked: dict[str, object]) -> str | None:
    chosen = [option for option, value in asked.items() if value is not None]
    if len(chosen) > 1:
        raise LedgerError(f"{' and '.join(chosen)} are different plots", hint="choose one")
    return chosen[0] if chosen else None


def _check(kind: str | None, of_curves: dict[str, object], of_rows: dict[str, object]) -> None:
    """Refuse options that the plot would pass over."""
    lost = [option for option, value in (of_curves if kind is not None else of_rows).items() if value]
    if lost and kind is None:
        hint = "ledger plot --y COLUMN draws a curve; --metric goes with --against PARAM or --parallel"
        raise LedgerError(f"{lost[0]} is no option of learning curves", hint=hint)
    if lost:
        raise LedgerError(f"{lost[0]} is an option of learning curves, not of {kind}", hint=f"leave out {lost[0]}")
    if kind == "--distribution" and of_rows["--metric"]:
        raise LedgerError("--distribution names the metric itself", hint="leave out --metric")


def _band(text: str) -> Band:
    try:
        return Band(text)
    except ValueError:
        raise LedgerError(f"--band {text} is none of {', '.join(Band)}", hint="--band ci") from None


def _curves(
    ledger: Ledger, targets: Sequence[Target], y: Sequence[str], x: str | None, band: Band, *, thin: bool
) -> tuple[kinds.Plot, tuple[str, ...]]:
    arms, left_out = plotted.arms(ledger, targets)
    found = curves.read(ledger, arms)
    chosen = choose(found.samples, y=y, x=x)
    return bands(chosen, band=band, most=1000 if thin else sys.maxsize), (*left_out, *found.notes)


def _rows(ledger: Ledger, targets: Sequence[Target], level: str, where: str | None) -> list[Row]:
    """The rows of the targets, or of all experiments; those of trials that count."""
    rows = list(plotted.rows(ledger, targets, level))
    if where is not None:
        from ledger.analysis.conditions import condition
        from ledger.analysis.fields import Fields

        rows = list(filter(condition(where, Fields(rows, ledger.settings.aliases)), rows))
    rows = points.counting_rows(rows) if level == "trials" else rows
    if not rows:
        raise LedgerError("no trial that counts is chosen" if where or targets else "no trial has succeeded yet")
    return rows


def _headline(ledger: Ledger, targets: Sequence[Target], rows: Sequence[Row]) -> str:
    plans = {t.experiment.name: t.experiment.plan for t in targets if t.experiment is not None}
    metrics = dict.fromkeys(name for row in rows for name in row.metrics)
    found = headline(next(iter(plans.values())) if len(plans) == 1 else None, ledger.settings, metrics)
    if found is None:
        raise LedgerError("no trial that counts has a metric", hint="ledger run")
    return found


def _of_rows(
    rows: Sequence[Row], metric: str, against: str | None, settings: Settings, *, is_parallel: bool
) -> kinds.Plot:
    names = settings.aliases
    metric = names.current.get(metric.removeprefix(METRICS), metric)
    if against is not None:
        return points.scatter(rows, metric, names.current.get(against.removeprefix(METRICS), against))
    if is_parallel:
        return coordinates.parallel(rows, metric, settings)
    return points.distribution(rows, metric)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise LedgerError(f"{path} cannot be written: {error.strerror}", hint="-o names a file in a folder") from None
    console.say(f"wrote {path}")
