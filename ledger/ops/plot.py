"""`ledger plot`: read and select what is to be drawn."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.analysis import points
from ledger.analysis.bands import bands
from ledger.analysis.conditions import condition
from ledger.analysis.curves import choose
from ledger.analysis.fields import Fields
from ledger.analysis.plots import ChosenPlot, Plot, PlotOptions, check, of_rows
from ledger.errors import LedgerError
from ledger.model.row import Row
from ledger.repo import voided
from ledger.repo.ledger import Ledger
from ledger.repo.plots import curves, plotted
from ledger.repo.targets import Target
from ledger.report.numbers import headline


def plot(ledger: Ledger, names: Sequence[str], asked: PlotOptions, *, most: int) -> ChosenPlot:
    """The plot of the named experiments, arms or trials; each curve has at most `most` points.

    Without names, curves are of the current experiment and metrics of all. Raises LedgerError if there is
    nothing to draw, or if options contradict each other.
    """
    check(asked)
    given = names or ([ledger.current().name] if asked.of_curves else [])
    targets = [ledger.target(text) for text in given]
    read = {t.experiment.name: t.experiment for t in targets if t.experiment is not None}
    about = tuple((name, experiment.plan.title) for name, experiment in read.items())
    drawn: Plot
    if asked.of_curves:
        arms, left_out = plotted.arms(ledger, targets)
        found = curves.read(ledger, arms)
        drawn = bands(choose(found.samples, y=asked.y, x=asked.x), band=asked.band, most=most)
        notes = (*left_out, *found.notes)
    else:
        rows = _rows(ledger, targets, asked)
        if len({row.experiment for row in rows}) == 1:
            # chosen by an expression, it may be any
            about = ((rows[0].experiment, rows[0].title),)
        plan = next(iter(read.values())).plan if len(read) == 1 else None
        had = dict.fromkeys(name for row in rows for name in row.metrics)
        metric = asked.distribution or asked.metric or headline(plan, ledger.settings, had)
        if metric is None:
            raise LedgerError("no trial that counts has a metric", hint="ledger run")
        drawn = of_rows(asked, rows, metric, ledger.settings)
        notes = tuple(note for target in targets for note in voided.warnings(target))
    experiments = tuple(read.values()) if targets else None
    return ChosenPlot(plot=drawn, experiments=about, notes=(*notes, *drawn.notes), read=experiments)


def _rows(ledger: Ledger, targets: Sequence[Target], asked: PlotOptions) -> list[Row]:
    """The rows of the targets, or of all experiments; those of trials that count."""
    rows = list(plotted.rows(ledger, targets, asked.level))
    if asked.where is not None:
        rows = list(filter(condition(asked.where, Fields(rows, ledger.settings.aliases)), rows))
    rows = points.counting_rows(rows) if asked.level == "trials" else rows
    if not rows:
        raise LedgerError("no trial that counts is chosen" if asked.where or targets else "no trial has succeeded yet")
    return rows
