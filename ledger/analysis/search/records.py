"""What a search knows: its records as trials of numbered versions, and the rule of its plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from ledger.analysis.counting import at
from ledger.analysis.search.step import Measured, StepSearch
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.plan import Plan
from ledger.model.replicates import Point
from ledger.model.search import STEP
from ledger.model.version_search import VersionSearch
from ledger.stats.step_posterior import NoisePrior


@frozen
class EndedTrial:
    """A trial of a version that has ended, with its record: that which counts, else that of the last attempt."""

    tried: Measured
    record: Recorded


def search_of(plan: Plan) -> VersionSearch:
    """The search of a plan that has one for a step."""
    assert plan.search is not None and plan.search.kind == STEP
    return plan.search


def rule(search: VersionSearch) -> StepSearch:
    """By what the next trial is chosen: what the plan says, with versions as numbers."""
    noise = search.noise
    return StepSearch(
        versions=len(search.versions),
        sign=search.sign,
        noise=NoisePrior(sd=0.0, df=0) if noise is None else NoisePrior(sd=noise.sd, df=noise.df),
        weights=search.weights,
        confidence=search.confidence,
        budget=search.budget,
        skipped=frozenset(number for number, commit in enumerate(search.versions) if commit in search.skipped),
    )


def points(plan: Plan) -> tuple[Point, ...]:
    """The points at which a version is tried, in their order."""
    return plan.replicates.points()[: search_of(plan).budget]


def fresh_points(plan: Plan) -> tuple[Point, ...]:
    """The points that no search uses: they put what was found to the test."""
    return plan.replicates.points()[search_of(plan).budget :]


def known(experiment: Experiment, present: Mapping[str, str], *, fresh: bool = False) -> tuple[EndedTrial, ...]:
    """The trials that the search has tried, by version and number, or those at `fresh` points.

    `present` are the fingerprints of the arms. A trial that failed at its arm's present state, or that lacks the
    metric, has no value. One that was voided was not tried, and what ran at another state says nothing of this one.
    """
    plan = experiment.plan
    search, chosen = search_of(plan), fresh_points(plan) if fresh else points(plan)
    found = []
    for version, name in enumerate(search.arms):
        for number, record in standing(experiment, name, chosen, present).items():
            tried = Measured(version=version, number=number, value=value_of(record, experiment, search.metric))
            found.append(EndedTrial(tried=tried, record=record))
    return tuple(found)


def standing(
    experiment: Experiment, arm: str, chosen: Sequence[Point], present: Mapping[str, str]
) -> dict[int, Recorded]:
    """The record of an arm at each of the chosen points that it was tried at, by the numbers of these: that which
    counts, else that of the last attempt.
    """
    own = at_present(experiment.of(arm), present)
    last = {r.trial.point: r for r in sorted(own, key=lambda r: r.trial.attempt)}
    counting = last | at(own, present.get(arm))
    return {number: counting[point] for number, point in enumerate(chosen) if point in counting}


def value_of(record: Recorded, experiment: Experiment, metric: str) -> float | None:
    """What a trial measured; None where it failed, or has no finite value of the metric."""
    value = record.metrics.get(experiment.aliases.now(metric), math.nan) if record.valid else math.nan
    return value if math.isfinite(value) else None


def at_present(records: Iterable[Recorded], present: Mapping[str, str]) -> list[Recorded]:
    """Those that ran at the `present` fingerprints of their arms, however they ended; not voided ones."""
    return [r for r in records if r.void is None and r.trial.fingerprint == present.get(r.trial.variant)]


def ended(experiment: Experiment, present: Mapping[str, str]) -> frozenset[tuple[str, Point]]:
    """The trials of all arms that have ended at the present states of these, however they did; not voided ones."""
    return frozenset((r.trial.variant, r.trial.point) for r in at_present(experiment.trials, present))
