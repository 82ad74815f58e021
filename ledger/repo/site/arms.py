"""What the many arms of one experiment say together: which pairs of parameters they tried, and what matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ledger.analysis.coverage.answer import Coverage, coverage
from ledger.analysis.coverage.tried import CoverageOptions
from ledger.analysis.direction import of_metric
from ledger.analysis.importance import FEWEST, Importance, importance
from ledger.analysis.rows import rows_of
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.settings import Settings
from ledger.repo.configurations import compared
from ledger.repo.coverage import of_experiment
from ledger.repo.ledger import Ledger

# of fewer everybody sees the pairs
_FEWEST_ARMS: Final = 3


def covered(ledger: Ledger, experiment: Experiment) -> Coverage | None:
    """The pairs of parameters that its arms have tried; None of few arms, of a search, and where fewer than
    two varied.
    """
    # a search for the best parameters is not meant to have tried all that there is
    if _arms(experiment) < _FEWEST_ARMS or experiment.plan.tunes is not None:
        return None
    found = of_experiment(ledger, experiment)
    try:
        made = coverage(found.tried, CoverageOptions(), found.is_replicate) if found.tried else None
    except LedgerError:
        # nothing varied, or so much that no page shows it
        return None
    return made if made is not None and made.pairs is not None else None


def weighed(ledger: Ledger, experiment: Experiment, present: Mapping[str, str]) -> Importance | None:
    """What its metric depends on: the first whose direction its plan or the settings say; None of few arms."""
    if _arms(experiment) < FEWEST:
        return None
    rows = rows_of(experiment, present)
    names = dict.fromkeys([*experiment.predicted, *(name for row in rows.variants for name in row.metrics)])
    for name in names:
        better = _better(ledger.settings, experiment, name)
        if better is None:
            continue
        found = compared(ledger, name, rows.variants, rows.trials)
        try:
            return importance(found.configurations, name, better, notes=found.notes)
        except LedgerError:
            # too few of them have it, or it is the same in all
            continue
    return None


def _arms(experiment: Experiment) -> int:
    """How many arms it has of its own, tried or declared."""
    declared = (variant.name for variant in experiment.plan.variants if variant.experiment is None)
    return len({*declared, *(record.trial.variant for record in experiment.trials)})


def _better(settings: Settings, experiment: Experiment, metric: str) -> str | None:
    # by this experiment alone, as its page does not follow others
    plan = experiment.plan
    if plan.search is not None and plan.search.metric == metric:
        return plan.search.better
    return of_metric(metric, plan.predictions, settings)
