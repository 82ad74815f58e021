"""The series that the trials of an experiment wrote: its curves, and all other numbers step by step."""

from __future__ import annotations

from typing import Final

from ledger.analysis.bands import Bands, bands
from ledger.analysis.curves import Sample, choose, names_of
from ledger.dvc.store import Store
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.remarks import Kind, Remark
from ledger.repo.ledger import Ledger
from ledger.repo.plots import curves, plotted
from ledger.repo.targets import Target

# points of a line, and series beside the curves
_POINTS: Final = 200
_SERIES: Final = 36


def read(ledger: Ledger, experiment: Experiment, store: Store) -> tuple[Bands | None, Bands | None, tuple[Remark, ...]]:
    """The curves that `plot` draws, the other series, and remarks on trials that lack some; None: there are none."""
    if not experiment.trials:
        return None, None, ()
    target = Target(text=experiment.name, experiment=experiment, variant=experiment.leading)
    try:
        arms, left_out = plotted.arms(ledger, [target])
        found = curves.read(ledger, arms, store)
    except LedgerError:
        # nothing has succeeded, or nothing is declared: `plot` says so where it is asked
        return None, None, ()
    first, others = names_of(found.samples)
    notes = [*left_out, *found.notes]
    if len(others) > _SERIES:
        notes.append(Remark.of(Kind.CURVES_NOT_DRAWN, names=others[_SERIES:]))
    return _bands(found.samples, first), _bands(found.samples, others[:_SERIES]), tuple(notes)


def _bands(samples: tuple[Sample, ...], names: tuple[str, ...]) -> Bands | None:
    if not names:
        return None
    try:
        return bands(choose(samples, y=names), most=_POINTS)
    except LedgerError:
        # not a finite value
        return None
