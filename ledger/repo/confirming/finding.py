"""The finding that is to be confirmed: the best of which arms, against what, and what its trials say."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ledger.analysis.columns import metric_names
from ledger.analysis.conditions import condition
from ledger.analysis.counting import When, counted
from ledger.analysis.direction import direction
from ledger.analysis.fields import Fields
from ledger.analysis.selected import Selected, best_of, selected
from ledger.errors import LedgerError
from ledger.model.directions import HIGHER, LOWER
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.near_misses import unknown_metric
from ledger.model.plan import BASELINE, TREATMENT
from ledger.model.prediction import Prediction
from ledger.model.replicates import Point
from ledger.model.row import Row
from ledger.model.search import STEP
from ledger.model.settings import Settings, direction_in_settings
from ledger.model.verdict import SUPPORTED
from ledger.repo.confirming.baseline import Baseline, baseline_of
from ledger.repo.confirming.request import ConfirmRequest
from ledger.repo.ledger import Ledger
from ledger.repo.models import beside


@frozen
class FoundArm:
    """An arm with the trials of it that count, what it is compared with, and what selection did to the estimate.

    `predictions`: those of its plan that are about it.
    """

    experiment: Experiment
    variant: str
    records: tuple[Recorded, ...]
    baseline: Baseline
    selected: Selected
    predictions: tuple[Prediction, ...]

    @property
    def text(self) -> str:
        """`grid:lr-0-3`, or the experiment's name alone where the arm is its treatment."""
        return self.experiment.name if self.variant == TREATMENT else f"{self.experiment.name}:{self.variant}"


def finding(ledger: Ledger, asked: ConfirmRequest) -> FoundArm:
    """What is asked for. Raises LedgerError where there is no arm with results, or nothing says which is the best."""
    every = beside.rows(ledger, "variants")
    named = None if asked.target is None else _named(ledger, asked.target)
    rows = _candidates(ledger.settings, every, asked, named)
    metric = _metric(ledger.settings, rows, asked, None if named is None else named[0])
    better = asked.better or _supported(asked, named, metric) or direction(metric, every, ledger.settings)
    if better is None:
        raise LedgerError(
            f"it is unknown whether a higher or a lower {metric} is better",
            hint=f"--higher-is-better or --lower-is-better; or {direction_in_settings(metric)}",
        )
    means = {
        (row.experiment, row.variant): summary.mean
        for row in rows
        if (summary := row.metrics.get(metric)) is not None and summary.mean is not None
    }
    if not means:
        which = asked.target if asked.where is None else "what --where chooses"
        raise LedgerError(
            f"no arm of {which} has a value of {metric}", hint="ledger table --variants shows which arms have"
        )
    if named is not None and named[1] is not None:
        chosen = (named[0].name, named[1])
        if chosen not in means:
            ran = named[0].of(named[1])
            raise LedgerError(
                f"{asked.target} has no results of {metric}",
                hint=f"ledger show {asked.target} shows how it ended" if ran else f"ledger run {named[0].name}",
            )
    elif named is not None and _found(named[0], metric) in means:
        chosen = _found(named[0], metric)
    else:
        key = best_of({f"{name} {arm}": mean for (name, arm), mean in means.items()}, better)
        name, _, arm = key.partition(" ")
        chosen = (name, arm)
    experiment = ledger.experiment(chosen[0])
    records = _counting(ledger, experiment, chosen[1])
    baseline = baseline_of(ledger, experiment, chosen[1], metric, asked.baseline)
    # what it is compared with is no rival of it
    rivals = {key for key in means if f"{key[0]}:{key[1]}" != baseline.text}
    values = _values(ledger, rivals, metric)
    worth = selected(metric, better, " ".join(chosen), values, baseline.values)
    about = tuple(p for p in experiment.plan.predictions if (p.metric.variant or TREATMENT) == chosen[1])
    return FoundArm(
        experiment=experiment,
        variant=chosen[1],
        records=records,
        baseline=baseline,
        selected=worth,
        predictions=about,
    )


def _found(experiment: Experiment, metric: str) -> tuple[str, str]:
    """The arm that a search for the best parameters has found by this metric: the best of those with all replicates."""
    search = experiment.plan.tunes
    asks = search is not None and experiment.aliases.same(search.metric, metric)
    return (experiment.name, experiment.leading if asks else "")


def _named(ledger: Ledger, text: str) -> tuple[Experiment, str | None]:
    """The experiment that is named, and its arm, None where the whole of it is."""
    target = ledger.target(text)
    experiment = target.experiment
    if experiment is None:
        raise LedgerError(f"{text} is a git revision, and has no trials", hint="ledger log lists the experiments")
    if target.trial is not None:
        raise LedgerError(
            f"{text} is one trial; a finding is an arm", hint=f"ledger confirm {experiment.name}:{target.variant}"
        )
    if experiment.plan.search is not None and experiment.plan.search.kind == STEP:
        raise LedgerError(
            f"{experiment.name} searches for the version at fault, and confirms its own answer",
            hint=f"ledger bisect --help; ledger show {experiment.name}",
        )
    return experiment, target.variant if ":" in text else None


def _supported(asked: ConfirmRequest, named: tuple[Experiment, str | None] | None, metric: str) -> str | None:
    """The direction of what was found where a prediction about the metric was supported: a fall that was predicted is
    confirmed by another fall, whichever way is better elsewhere.
    """
    if named is None or asked.where is not None or named[0].outcome != SUPPORTED:
        return None
    experiment, arm = named
    for one in experiment.plan.predictions:
        own = arm is None or (one.metric.variant or TREATMENT) == arm
        if own and one.reference is not None and experiment.aliases.same(one.metric.name, metric):
            up = one.higher_is_better
            return None if up is None else HIGHER if up else LOWER
    return None


def _candidates(
    settings: Settings, every: Sequence[Row], asked: ConfirmRequest, named: tuple[Experiment, str | None] | None
) -> list[Row]:
    """The arms among which the finding was made, each state once, the oldest first."""
    rows = [row for row in reversed(every) if row.variant != BASELINE and row.trials]
    if asked.where is not None:
        rows = list(filter(condition(asked.where, Fields(every, settings.aliases)), rows))
    if named is not None:
        experiment, arm = named
        rows = [row for row in rows if row.experiment == experiment.name]
        if arm is None and asked.where is None and experiment.outcome == SUPPORTED:
            # what was supported was predicted, not picked
            rows = [row for row in rows if row.variant in experiment.plan.predicted]
        elif arm is not None and arm in experiment.plan.predicted:
            rows = [row for row in rows if row.variant == arm]
    if not rows:
        which = asked.target if asked.where is None else "what --where chooses"
        raise LedgerError(
            f"no arm of {which} has results to confirm", hint="ledger table --variants shows which arms have"
        )
    seen: dict[str | tuple[str, str], Row] = {}
    for row in rows:
        seen.setdefault(row.fingerprint or (row.experiment, row.variant), row)
    if named is not None and named[1] is not None:
        # of two names of one state the one that was asked for
        seen |= {row.fingerprint or "": row for row in rows if row.variant == named[1]}
    return list(seen.values())


def _metric(settings: Settings, rows: Sequence[Row], asked: ConfirmRequest, experiment: Experiment | None) -> str:
    """The metric to go by. Raises LedgerError where no arm has it."""
    known = metric_names(rows, settings)
    if asked.metric is not None:
        wanted = settings.aliases.now(asked.metric)
        if wanted not in known:
            raise unknown_metric(wanted, known, asked=asked.metric)
        return wanted
    predicted = [] if experiment is None else [name for name in experiment.predicted if name in known]
    if not known:
        raise LedgerError("no trial here has a metric", hint="ledger show NAME shows what its trials have")
    return [*predicted, *known][0]


def _counting(ledger: Ledger, experiment: Experiment, variant: str) -> tuple[Recorded, ...]:
    """The trials of an arm that count, as the table has them."""
    return counted(experiment, variant, When.JUDGED, present=ledger.present(experiment).get(variant))


def _values(ledger: Ledger, wanted: set[tuple[str, str]], metric: str) -> dict[str, dict[Point, float]]:
    """The values of these arms by replicate, of the trials that count."""
    found: dict[str, dict[Point, float]] = {f"{name} {arm}": {} for name, arm in wanted}
    for row in ledger.index.rows("trials"):
        summary = row.metrics.get(metric)
        if row.trials and (row.experiment, row.variant) in wanted and summary is not None and summary.mean is not None:
            point = tuple((row.replicate or {}).items())
            if math.isfinite(summary.mean):
                found[f"{row.experiment} {row.variant}"][point] = summary.mean
    return {key: values for key, values in found.items() if values}
