"""What the records of a search, an ablation or a matrix say, as its command reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from ledger.analysis.ablation.answer import Ablation
from ledger.analysis.bisection.answer import Bisection
from ledger.analysis.matrix.answer import Matrix
from ledger.analysis.tuning.state import TuneState, state
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.repo.bisection import reading
from ledger.repo.diagnosis import ablation, matrix, results
from ledger.repo.ledger import Ledger

Answer: TypeAlias = Ablation | Bisection | Matrix | TuneState

# metrics of which a page says what the data did to them
_METRICS: Final = 2


def read(ledger: Ledger, experiment: Experiment) -> tuple[Answer, ...]:
    """The answers, one for each of its first metrics; none of an experiment that asks something else."""
    if not experiment.trials:
        return ()
    if experiment.plan.tunes is not None:
        return (state(experiment, ledger.present(experiment)),)
    if experiment.plan.search is not None:
        return tuple(_of_search(ledger, experiment))
    if not any(variant.data for variant in experiment.plan.variants):
        return ()
    found: list[Ablation | Matrix] = []
    for metric in dict.fromkeys(name for record in experiment.trials for name in record.metrics):
        found += [] if len(found) == _METRICS else _of_data(ledger, experiment, metric)
    return tuple(found)


def _of_search(ledger: Ledger, experiment: Experiment) -> Iterator[Bisection]:
    try:
        yield reading.read(ledger, experiment)
    except LedgerError:
        # data that is not here: its verdict says what it has found
        return


def _of_data(ledger: Ledger, experiment: Experiment, metric: str) -> Iterator[Ablation | Matrix]:
    try:
        sign = results.sign(ledger, metric, None)
    except LedgerError:
        # nobody has said which way it is better
        return
    try:
        yield ablation.read(ledger, experiment, metric, sign=sign, design=None, empty=None)
    except LedgerError:
        try:
            yield matrix.read(ledger, experiment, metric, sign=sign)
        except LedgerError:
            return
