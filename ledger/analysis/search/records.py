"""What a search knows: its records as trials of numbered versions, and the rule of its plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from ledger.analysis.counting import at
from ledger.analysis.search.step import StepSearch, Tried
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.plan import Plan
from ledger.model.replicates import Point
from ledger.model.search import Search
from ledger.stats.step_posterior import Noise


@frozen
class Known:
    """A trial of a version that has ended, with its record: that which counts, else that of the last attempt."""

    tried: Tried
    record: Recorded


def search_of(plan: Plan) -> Search:
    """The search of a plan that has one."""
    assert plan.search is not None
    return plan.search


def rule(search: Search) -> StepSearch:
    """By what the next trial is chosen: what the plan says, with versions as numbers."""
    noise = search.noise
    return StepSearch(
        versions=len(search.versions),
        sign=search.sign,
        noise=Noise(sd=0.0, df=0) if noise is None else Noise(sd=noise.sd, df=noise.df),
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


def known(experiment: Experiment, present: Mapping[str, str], *, fresh: bool = False) -> tuple[Known, ...]:
    """The trials that the search has tried, by version and number, or those at `fresh` points.

    `present` are the fingerprints of the arms. A trial that failed at its arm's present state, or that lacks the
    metric, has no value. One that was voided was not tried, and what ran at another state says nothing of this one.
    """
    plan = experiment.plan
    search, chosen = search_of(plan), fresh_points(plan) if fresh else points(plan)
    numbers = {point: number for number, point in enumerate(chosen)}
    metric = experiment.aliases.now(search.metric)
    found = []
    for version, name in enumerate(search.arms):
        own = at_present(experiment.of(name), present)
        last = {r.trial.point: r for r in sorted(own, key=lambda r: r.trial.attempt)}
        counting = last | at(own, present.get(name))
        for point in sorted(counting.keys() & numbers.keys(), key=numbers.__getitem__):
            record = counting[point]
            value = record.metrics.get(metric, math.nan) if record.valid else math.nan
            tried = Tried(version=version, number=numbers[point], value=value if math.isfinite(value) else None)
            found.append(Known(tried=tried, record=record))
    return tuple(found)


def at_present(records: Iterable[Recorded], present: Mapping[str, str]) -> list[Recorded]:
    """Those that ran at the `present` fingerprints of their arms, however they ended; not voided ones."""
    return [r for r in records if r.void is None and r.trial.fingerprint == present.get(r.trial.variant)]


def ended(experiment: Experiment, present: Mapping[str, str]) -> frozenset[tuple[str, Point]]:
    """The trials of all arms that have ended at the present states of these, however they did; not voided ones."""
    return frozenset((r.trial.variant, r.trial.point) for r in at_present(experiment.trials, present))
