"""Which arm of an experiment is the best, and what being the best of so many did to it?"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ledger.analysis.counting import When, counted
from ledger.analysis.direction import of_metric
from ledger.analysis.selected import Selected, best_of, selected
from ledger.model.experiment import Experiment
from ledger.model.plan import BASELINE
from ledger.model.settings import Settings
from ledger.stats.contrast import mean


def best_arm(experiment: Experiment, present: Mapping[str, str], settings: Settings) -> tuple[str, Selected] | None:
    """The best of two or more arms beside the baseline, by the metric that is predicted first, or is alone.

    None of a search, where nothing says which values are better, and where fewer have results.
    """
    if experiment.plan.search is not None:
        return None
    # of arms that have changed since, the trials say so themselves
    when = When.PRESENT if experiment.verdict is None else When.JUDGED
    own = [v.name for v in experiment.plan.variants if v.experiment is None]
    records = {arm: counted(experiment, arm, when, present=present.get(arm)) for arm in own}
    names = list(dict.fromkeys(name for of in records.values() for record in of for name in record.metrics))
    metric = next((name for name in [*experiment.predicted, *settings.metrics, *names] if name in names), None)
    better = None if metric is None else of_metric(metric, experiment.plan.predictions, settings)
    if metric is None or better is None:
        return None
    values = {
        arm: {r.trial.point: r.metrics[metric] for r in of if math.isfinite(r.metrics.get(metric, math.nan))}
        for arm, of in records.items()
    }
    baseline = values.pop(BASELINE, None)
    values = {arm: found for arm, found in values.items() if found}
    if len(values) < 2:
        return None
    best = best_of({arm: mean(list(found.values())) for arm, found in values.items()}, better)
    return best, selected(metric, better, best, values, baseline)
