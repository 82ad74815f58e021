"""`ledger power`: how many replicates show what, from what the ledger knows of the noise, or from numbers alone."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis import designs
from ledger.analysis.outlook import RECENT, Outlook, outlook
from ledger.analysis.power import PowerOptions, PowerTable, check, counted, from_numbers, predictions, replicates
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.prediction import Prediction
from ledger.model.replicates import Replicates
from ledger.repo.ledger import Ledger
from ledger.stats.power import WANTED


def gather(ledger: Ledger | None, asked: PowerOptions) -> PowerTable:
    """The questions that were asked. Raises LedgerError where nothing says how noisy the metric is."""
    check(asked)
    if ledger is None:
        return counted(asked, (from_numbers(asked),), replicates(asked), None)
    chosen = None
    if asked.experiment is not None or (asked.predict is None and asked.metric is None):
        chosen = ledger.experiment(asked.experiment)
    plan = None if chosen is None else chosen.plan
    points = replicates(asked) if plan is None or asked.folds is not None else plan.replicates
    if asked.alpha is None:
        asked = replace(asked, alpha=0.05 if plan is None else plan.alpha / plan.looks)
    found = [_outlook(ledger, asked, chosen, one, points) for one in predictions(asked, chosen)]
    return counted(asked, found, points, None if plan is None else designs.planned(points)[1])


def _outlook(
    ledger: Ledger, asked: PowerOptions, chosen: Experiment | None, prediction: Prediction, points: Replicates
) -> Outlook:
    if asked.sd is not None:
        return from_numbers(replace(asked, predict=str(prediction)))
    assert asked.alpha is not None
    # the experiment's own noise first: it is that of the very change
    for known in ([] if chosen is None else [chosen], ledger.recent(RECENT)):
        seen = outlook(known, prediction, points, alpha=asked.alpha, wanted=asked.wanted or WANTED, effect=asked.effect)
        if seen is not None:
            return seen
    raise LedgerError(
        f"no experiment with such replicates shows how noisy {prediction.metric.name} is",
        hint="give it: --sd 0.02, with --df if it is itself an estimate",
    )
