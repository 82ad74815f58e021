"""What a plot should show and does show: curves, or metrics of trials and arms in one of three ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ledger.analysis import parallel as coordinates
from ledger.analysis import points
from ledger.analysis.bands import Band, Bands
from ledger.analysis.fields import METRICS
from ledger.analysis.parallel import Parallel
from ledger.analysis.points import Distribution, Scatter
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.remarks import Remark
from ledger.model.row import Row
from ledger.model.settings import Settings

Plot: TypeAlias = Bands | Scatter | Distribution | Parallel


@frozen
class PlotOptions:
    """Curves (of columns `y` over `x`, with a band), or else the `metric` against a parameter, its distribution by arm,
    or beside all that varies (`parallel`), of the trials or arms that `where` chooses.
    """

    y: Sequence[str] = ()
    x: str | None = None
    band: Band = Band.SD
    metric: str | None = None
    against: str | None = None
    distribution: str | None = None
    parallel: bool = False
    where: str | None = None

    @property
    def of_curves(self) -> bool:
        """Whether learning curves are asked for."""
        return self.against is None and self.distribution is None and not self.parallel

    @property
    def level(self) -> str:
        """Which rows a plot of metrics is made of."""
        return "variants" if self.parallel else "trials"


@frozen
class ChosenPlot:
    """A plot, and the names and titles of the experiments that it is about.

    `read` are the experiments that were read for it; None where the index answered for all.
    """

    plot: Plot
    experiments: tuple[tuple[str, str], ...]
    notes: tuple[Remark, ...]
    read: tuple[Experiment, ...] | None


def check(asked: PlotOptions) -> None:
    """Raise LedgerError for options that the plot would pass over."""
    kinds = {"--against": asked.against, "--distribution": asked.distribution, "--parallel": asked.parallel or None}
    chosen = [option for option, value in kinds.items() if value is not None]
    if len(chosen) > 1:
        raise LedgerError(f"{' and '.join(chosen)} are different plots", hint="choose one")
    if asked.band is not Band.SD and chosen:
        raise LedgerError("--band is an option of learning curves", hint="leave out --band")
    of_curves, of_rows = {"--y": asked.y, "--x": asked.x}, {"--metric": asked.metric, "--where": asked.where}
    lost = [option for option, value in (of_curves if chosen else of_rows).items() if value]
    if lost and not chosen:
        hint = "ledger plot --y COLUMN draws a curve; --metric goes with --against PARAM or --parallel"
        raise LedgerError(f"{lost[0]} does not apply to learning curves", hint=hint)
    if lost:
        raise LedgerError(f"{lost[0]} is an option of learning curves, not of {chosen[0]}", hint=f"leave out {lost[0]}")
    if asked.distribution is not None and asked.metric:
        raise LedgerError("--distribution names the metric itself", hint="leave out --metric")


def of_rows(asked: PlotOptions, rows: Sequence[Row], metric: str, settings: Settings) -> Plot:
    """The metric of the rows as it was asked for, by its present name."""
    names = settings.aliases
    metric = names.current.get(metric.removeprefix(METRICS), metric)
    if asked.against is not None:
        return points.scatter(rows, metric, names.current.get(asked.against.removeprefix(METRICS), asked.against))
    if asked.parallel:
        return coordinates.parallel(rows, metric, settings)
    return points.distribution(rows, metric)
