"""What a finding is compared with: the baseline of its plan, one that is named, or the code that it was forked from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ledger.analysis.counting import When, counted
from ledger.errors import LedgerError
from ledger.model.data_change import DataChange, Grouping
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.parameters import Value
from ledger.model.plan import BASE, BASELINE, TREATMENT, Variant
from ledger.model.replicates import Point
from ledger.model.tune_search import CURRENT
from ledger.repo import forks
from ledger.repo.ledger import Ledger
from ledger.repo.targets import filler


@frozen
class Laid:
    """An arm as it ran: its commit, the parameters that it had otherwise, and its data."""

    commit: str
    params: Mapping[str, Value]
    data: Mapping[str, DataChange]
    groups: Mapping[str, Grouping]


@frozen
class Baseline:
    """The other side: `values` by replicate of the trials that count, None where there are none."""

    text: str
    laid: Laid
    values: Mapping[Point, float] | None


def baseline_of(ledger: Ledger, experiment: Experiment, variant: str, metric: str, asked: str | None) -> Baseline:
    """What an arm is compared with. Raises LedgerError where it is the arm itself, or is not in this clone."""
    if asked is not None:
        target = ledger.target(asked)
        if target.experiment is None:
            assert target.commit is not None
            return _at(asked, target.commit)
        if target.trial is not None:
            raise LedgerError(f"--baseline {asked} is one trial; a baseline must be an arm", hint="NAME:VARIANT")
        other, arm = target.experiment, target.variant
    else:
        found = _predicted(ledger, experiment, variant, metric)
        if found is None:
            return _base(ledger, experiment, variant, metric)
        other, arm = found
    declared = other.plan.variant(arm)
    if declared is not None and declared.experiment is not None:
        target = filler(ledger, declared, f"{other.name}:{arm}")
        assert target.experiment is not None
        other, arm = target.experiment, target.variant
    if (other.name, arm) == (experiment.name, variant):
        if asked is None and experiment.plan.tunes is not None:
            raise LedgerError(
                f"nothing that {experiment.name} has tried is better than {variant}: there is nothing to confirm",
                hint=f"name another arm to test it: {experiment.name}:NAME",
            )
        raise LedgerError(
            f"{experiment.name}:{variant} would be compared with itself",
            hint=f"name another arm, {experiment.name}:NAME, or another baseline: --baseline NAME:VARIANT",
        )
    return _arm(ledger, other, arm, metric)


def _predicted(ledger: Ledger, experiment: Experiment, variant: str, metric: str) -> tuple[Experiment, str] | None:
    """The arm that the plan compares with: by the prediction on this metric, else its baseline; None where none is."""
    plan = experiment.plan
    for one in plan.predictions:
        about = (one.metric.variant or TREATMENT) == variant and experiment.aliases.same(one.metric.name, metric)
        if about and one.reference is not None:
            if one.of_variant or plan.variant(one.reference) is not None:
                return experiment, one.reference
            other = ledger.experiment(one.reference)
            return other, other.leading
    if plan.tunes is not None:
        return (experiment, CURRENT) if experiment.of(CURRENT) else None
    return None if plan.variant(BASELINE) is None else (experiment, BASELINE)


def _base(ledger: Ledger, experiment: Experiment, variant: str, metric: str) -> Baseline:
    """The code that it was forked from; its results are those of an arm that was the same, where there is one."""
    plan = experiment.plan
    try:
        state = ledger.arm(experiment, Variant(name=BASELINE, at=BASE)).fingerprint
    except LedgerError:
        return _at(plan.base[:10], plan.base)
    # its own arm first: that ran at the same replicates
    for row in sorted(ledger.index.rows("variants"), key=lambda row: row.experiment != experiment.name):
        if row.fingerprint == state and row.trials:
            if (row.experiment, row.variant) == (experiment.name, variant):
                raise LedgerError(
                    f"{experiment.name}:{variant} is what it was forked from: there is nothing to compare it with",
                    hint="--baseline NAME:VARIANT, or a revision",
                )
            return _arm(ledger, ledger.experiment(row.experiment), row.variant, metric)
    return _at(plan.base[:10], plan.base)


def _at(text: str, commit: str) -> Baseline:
    return Baseline(text=text, laid=Laid(commit=commit, params={}, data={}, groups={}), values=None)


def _arm(ledger: Ledger, experiment: Experiment, arm: str, metric: str) -> Baseline:
    text = f"{experiment.name}:{arm}"
    records = counted(experiment, arm, When.JUDGED, present=ledger.present(experiment).get(arm))
    if not records:
        raise LedgerError(f"{text}, which it is compared with, has no results", hint=f"ledger run {experiment.name}")
    known = {r.trial.point: r.metrics.get(metric, math.nan) for r in records}
    values = {point: value for point, value in known.items() if math.isfinite(value)}
    return Baseline(text=text, laid=laid(ledger, experiment, arm, records), values=values or None)


def laid(ledger: Ledger, experiment: Experiment, arm: str, records: Sequence[Recorded]) -> Laid:
    """An arm as its trials ran. Raises LedgerError where that commit is not here, or would be something else now."""
    trial, plan = records[0].trial, experiment.plan
    if ledger.git.commit(trial.code) is None:
        raise LedgerError(
            f"the code of {experiment.name}:{arm}, {trial.code[:10]}, is not in this clone",
            hint=f"ledger pull {experiment.name}",
        )
    code = ledger.code.at(trial.code)
    names = {key: name for name, (key, _) in code.names.items()}
    params = {names[key]: value for key, value in forks.of_arm(code, trial).items()}
    declared = plan.variant(arm)
    data = {} if declared is None else dict(declared.data)
    whole = ledger.datasets.applied(code, data, plan.groups, base=plan.base) if data else code
    again = ledger.code.arm(whole, params, plan.replicates.parameters, plan.replicates.samples)
    if again.fingerprint != trial.fingerprint:
        raise LedgerError(
            f"{experiment.name}:{arm} would not be what ran: its fingerprint differs at {trial.code[:10]}",
            hint=f"ledger verify {experiment.name} says what has changed",
        )
    groups = {path: plan.grouping(path) for path in data if path in plan.groups}
    return Laid(commit=trial.code, params=params, data=data, groups=groups)
