"""What all pages but its own know of an experiment: small, so that ten thousand are in memory together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ledger.analysis.counting import When, counted
from ledger.analysis.progress import SUCCEEDED, declared
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.plan import BASELINE
from ledger.model.prediction import Prediction
from ledger.model.summary import Summary
from ledger.model.verdict import Judged
from ledger.stats.summary import summarise


@frozen
class Brief:
    """One experiment in brief.

    - `state`: the outcome for people, of a search its answer, and before there is one how far it has come.
    - `concluded`: when its verdict was committed, None before there is one.
    - `predictions`: those of the plan; `judged`: the same with their outcomes, none before there is a verdict.
    - `leading`: the metrics of the arm that it is about, over the trials that count; `baseline`: those of the baseline.
    - `missing`: the declared trials without a result; `problems`: files of it that were passed over.
    """

    name: str
    title: str
    author: str
    tags: tuple[str, ...]
    status: str
    state: str
    outcome: str | None
    confirmatory: bool | None
    exploratory: bool
    parent: str | None
    created: datetime
    concluded: datetime | None
    predictions: tuple[Prediction, ...]
    judged: tuple[Judged, ...]
    leading: Mapping[str, Summary]
    baseline: Mapping[str, Summary]
    trials: int
    failed: int
    missing: int
    problems: int


def brief(experiment: Experiment, present: Mapping[str, str], concluded: datetime | None) -> Brief:
    """The experiment in brief. `present` are the fingerprints that its arms have now."""
    plan, verdict = experiment.plan, experiment.verdict
    return Brief(
        name=experiment.name,
        title=plan.title,
        author=plan.author,
        tags=plan.tags,
        status=experiment.status,
        state=experiment.state,
        outcome=experiment.outcome,
        confirmatory=experiment.confirmatory,
        exploratory=plan.exploratory,
        parent=plan.parent,
        created=plan.created,
        concluded=concluded,
        predictions=plan.predictions,
        judged=() if verdict is None or experiment.outcome is None else verdict.predictions,
        leading=_metrics(experiment, plan.leading, present),
        baseline=_metrics(experiment, BASELINE, present),
        trials=len(experiment.trials),
        failed=sum(not record.trial.succeeded for record in experiment.trials),
        missing=sum(one.state != SUCCEEDED for one in declared(experiment, present)),
        problems=len(experiment.passed_over),
    )


def _metrics(experiment: Experiment, arm: str, present: Mapping[str, str]) -> dict[str, Summary]:
    """The metrics of an arm over the trials that count."""
    when = When.PRESENT if experiment.verdict is None else When.JUDGED
    records = counted(experiment, arm, when, present=present.get(arm))
    names = dict.fromkeys(name for record in records for name in record.metrics)
    return {name: summarise([r.metrics[name] for r in records if name in r.metrics]) for name in names}
