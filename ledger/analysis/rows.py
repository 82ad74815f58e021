"""What an experiment contributes to the table: the row of itself, those of its arms, and those of its trials."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.analysis.counting import When, counted
from ledger.analysis.direction import of_plan
from ledger.analysis.looks import predicted_arms
from ledger.analysis.same_metrics import called
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.parameters import flatten, identical
from ledger.model.replicates import REPEAT
from ledger.model.row import NOT_FINITE, Row
from ledger.stats.summary import Summary, summarise


@frozen
class TrialPart:
    """What a recorded trial contributes: its flat parameters, its data's hashes, and whether it counts."""

    record: Recorded
    params: Mapping[str, Any]
    data: Mapping[str, str]
    counts: bool


@frozen
class Rows:
    """The rows of one experiment: that of the arm it stands or falls with, one an arm, one a recorded trial.

    The first is the arm that the first prediction is about; where there is no such row that of the leading arm, else
    the first.
    """

    experiment: Row
    variants: tuple[Row, ...]
    tried: tuple[TrialPart, ...]
    facts: Mapping[str, Any]

    @property
    def trials(self) -> tuple[Row, ...]:
        """Made when they are asked for: the index writes tens of thousands of trials without them."""
        return tuple(_trial(self.facts, one) for one in self.tried)


def rows_of(experiment: Experiment, present: Mapping[str, str] | None = None) -> Rows:
    """The rows of an experiment, from its records, and where these leave it open from its arms' `present` fingerprints.

    An arm's metrics sum up the trials that count as the verdict judged them (`counting.When.JUDGED`). Arms that another
    experiment fills have no row here; arms that are recorded and no longer declared have one. Of a search those have it
    that were tried.
    """
    searched = experiment.plan.search is not None
    declared = [v.name for v in experiment.plan.variants if v.experiment is None and not searched]
    names = list(dict.fromkeys([*declared, *(r.trial.variant for r in experiment.trials)]))
    chosen = {name: counted(experiment, name, When.JUDGED, present=(present or {}).get(name)) for name in names}
    counting = {id(record) for records in chosen.values() for record in records}
    facts = _facts(experiment)
    tried = {id(record): _tried(record, id(record) in counting) for record in experiment.trials}
    variants = tuple(_arm(experiment, facts, name, chosen[name], tried) for name in names)
    by_name = {row.variant: row for row in variants}
    wanted = [*predicted_arms(experiment.plan)[:1], experiment.leading, *names[:1]]
    own = next((by_name[name] for name in wanted if name in by_name), None)
    if own is None:
        own = _arm(experiment, facts, experiment.leading, (), tried)
    return Rows(experiment=own, variants=variants, tried=tuple(tried.values()), facts=facts)


def _better(experiment: Experiment) -> dict[str, str]:
    """In which direction metrics are better, as far as the predictions tell, or the search."""
    search = experiment.plan.search
    searched = {} if search is None else {experiment.aliases.now(search.metric): search.better}
    return searched | of_plan(experiment.plan.predictions, experiment.aliases)


def _facts(experiment: Experiment) -> dict[str, Any]:
    """What all rows of an experiment have alike: found out once, since ten thousand are asked for at a time."""
    parts = experiment.plan.replicates.parts_axis
    return {
        "experiment": experiment.name,
        "title": experiment.plan.title,
        "status": experiment.status,
        "outcome": experiment.outcome,
        "confirmatory": experiment.confirmatory,
        "found": experiment.found,
        "parent": experiment.plan.parent,
        "author": experiment.plan.author,
        "tags": experiment.plan.tags,
        "exploratory": experiment.plan.exploratory,
        "parts": None if parts is None else parts.kind,
        "better": _better(experiment),
        "called": called(experiment),
    }


def _arm(
    experiment: Experiment,
    facts: Mapping[str, Any],
    variant: str,
    chosen: Sequence[Recorded],
    tried: Mapping[int, TrialPart],
) -> Row:
    records = experiment.of(variant)
    latest = max(chosen or records, key=lambda r: r.trial.started, default=None)
    asked = [tried[id(r)] for r in chosen or ([latest] if latest is not None else [])]
    seconds = [r.trial.seconds for r in chosen if r.trial.seconds is not None]
    return Row(
        **facts,
        variant=variant,
        trial=None,
        created=experiment.plan.created,
        params=_params(experiment, variant, asked),
        metrics=_metrics(chosen),
        data=_shared([one.data for one in asked]),
        trials=len(chosen),
        recorded=len(records),
        missing=_missing(experiment, variant, chosen),
        # as exactly as trials have them
        seconds=round(math.fsum(seconds), 3) if seconds else None,
        code=None if latest is None else latest.trial.code,
        fingerprint=None if latest is None else latest.trial.fingerprint,
    )


def _missing(experiment: Experiment, variant: str, chosen: Sequence[Recorded]) -> int:
    """How many declared replicates of an arm have no trial that counts; none of an arm that is no longer declared, and
    of a search, which declares none.
    """
    if experiment.plan.search is not None or experiment.plan.variant(variant) is None:
        return 0
    return len(set(experiment.plan.replicates.points()) - {record.trial.point for record in chosen})


def _tried(record: Recorded, counts: bool) -> TrialPart:
    trial = record.trial
    data = {path: pin.md5 for path, pin in trial.data.items() if pin.md5 is not None}
    return TrialPart(record=record, params=trial.flat_params, data=data, counts=counts)


def _trial(facts: Mapping[str, Any], tried: TrialPart) -> Row:
    trial = tried.record.trial
    return Row(
        **facts,
        variant=trial.variant,
        trial=trial.id,
        created=trial.started,
        params=tried.params,
        metrics={name: summarise((value,)) for name, value in tried.record.metrics.items()},
        data=tried.data,
        trials=int(tried.counts),
        recorded=1,
        seconds=trial.seconds,
        trial_status=tried.record.status,
        replicate=dict(trial.point),
        reused=trial.reused,
        code=trial.code,
        fingerprint=trial.fingerprint,
        extra=not_finite(tried.record),
    )


def _params(experiment: Experiment, variant: str, tried: Sequence[TrialPart]) -> dict[str, Any]:
    """The parameters that the trials share, without the axes; before there is a trial, what the plan overrides."""
    if not tried:
        declared = experiment.plan.variant(variant)
        return {} if declared is None else {**flatten(declared.params)}
    axes = set(experiment.plan.replicates.parameters)
    axes |= {name for one in tried for name, _ in one.record.trial.point if name != REPEAT}
    # an axis may be written with its file
    axes |= {name.rpartition(":")[2] for name in axes}
    return {key: value for key, value in _shared([one.params for one in tried]).items() if key not in axes}


def _metrics(records: Sequence[Recorded]) -> dict[str, Summary]:
    given = [record.metrics for record in records]
    names = dict.fromkeys(name for one in given for name in one)
    return {name: summarise(one[name] for one in given if name in one) for name in names}


def not_finite(record: Recorded) -> dict[str, Any]:
    """The metrics that are NaN or infinite, as texts: a summary leaves them out, and an export must not lose them."""
    found = {name: repr(float(v)) for name, v in record.metrics.items() if not math.isfinite(v)}
    return {NOT_FINITE: found} if found else {}


def _shared(mappings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The entries that all mappings have alike; 1, 1.0 and true are three values."""
    if not mappings:
        return {}
    first, *others = mappings
    shared = dict(first)
    for other in others:
        shared = {
            key: value
            for key, value in shared.items()
            if key in other and (other[key] is value or identical(other[key], value))
        }
    return shared
