"""The shapes of `show` and of `log`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.analysis.answers import Shown
from ledger.analysis.variance import shares
from ledger.model.entry import Entry
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats import confirms, searches
from ledger.model.formats.data_changes import change_mapping, group_mapping
from ledger.model.plan import TREATMENT, Plan, Variant
from ledger.model.verdict_file import front_matter
from ledger.report.shapes.trials import failure
from ledger.report.shapes.values import pin, short_branch, summary, tested
from ledger.stats.summary import Summary


def show(found: Shown) -> dict[str, Any]:
    """The shape of `show`."""
    experiment, present, plan = found.experiment, found.present, found.experiment.plan
    return {
        "name": experiment.name,
        "title": plan.title,
        "branch": short_branch(experiment.branch),
        "base": plan.base,
        "parent": plan.parent,
        "created": plan.created.isoformat(),
        "author": plan.author,
        "tags": list(plan.tags),
        "exploratory": plan.exploratory,
        "status": experiment.status,
        "outcome": experiment.outcome,
        "confirmatory": experiment.confirmatory,
        "confirmation": [tested(one) for one in found.tested],
        "predictions": [str(p) for p in plan.predictions],
        "variants": {v.name: variant(v) for v in plan.variants},
        "replicates": {axis.name: list(axis.values) for axis in plan.replicates.axes},
        **_data(plan),
        **({} if plan.tunes is None else {"search": searches.to_mapping(plan.tunes)}),
        **({} if plan.confirms is None else {"confirms": confirms.to_mapping(plan.confirms)}),
        "kinds": {axis.name: axis.kind for axis in plan.replicates.axes if axis.kind is not None},
        "reshuffled_by": next((a.reshuffled_by for a in plan.replicates.axes if a.reshuffled_by is not None), None),
        "variance": variance(experiment, present),
        "trials": [trial(r, present, found.commits) for r in experiment.trials],
        "verdict": None if experiment.verdict is None else front_matter(experiment.verdict),
    }


def _data(plan: Plan) -> dict[str, Any]:
    """How the files of data fall into groups, and what replicates draw samples of, where the plan says it."""
    groups = {path: group_mapping(grouping) for path, grouping in plan.groups.items()}
    known = {"groups": groups, "samples": dict(plan.replicates.samples)}
    return {key: value for key, value in known.items() if value}


def variance(experiment: Experiment, present: Mapping[str, str]) -> dict[str, Any]:
    """The shares of each metric's variance by axis, where the replicates lie on two axes or more."""
    names = dict.fromkeys(name for r in experiment.trials for name in r.metrics)
    found = [one for one in (shares(experiment, name, present) for name in names) if one is not None]
    return {
        one.metric: {
            "of": "differences" if one.paired else experiment.leading,
            "shares": dict(one.shares),
            "more": None if one.more is None else one.more.name,
        }
        for one in found
    }


def variant(value: Variant) -> dict[str, Any]:
    """One arm as the plan declares it."""
    known = {
        "at": value.at,
        "params": dict(value.params),
        "data": {path: change_mapping(change) for path, change in value.data.items()},
        "experiment": value.experiment,
        "variant": value.arm if value.arm != TREATMENT else None,
    }
    return {key: item for key, item in known.items() if item}


def trial(record: Recorded, present: Mapping[str, str], commits: Mapping[str, str]) -> dict[str, Any]:
    """One trial of `show`. `present`: fingerprints by variant; `commits`: trial commits by trial id."""
    value = record.trial
    return {
        "id": value.id,
        "variant": value.variant,
        "replicate": dict(value.point),
        "attempt": value.attempt,
        "status": value.status,
        "current": present.get(value.variant) == value.fingerprint,
        "metrics": dict(record.metrics),
        "params": value.flat_params,
        "data": {path: pin(p) for path, p in value.data.items()},
        "outs": {path: pin(p) for path, p in value.outs.items()},
        "seconds": value.seconds,
        "code": value.code,
        "commit": record.commit or commits.get(value.id),
        "started": value.started.isoformat(),
        "fingerprint": value.fingerprint,
        "collected": record.collected,
        "by_hand": value.by_hand,
        "reused": value.reused,
        "error": None if value.error is None else failure(value.error),
        "voided": None
        if record.void is None
        else {"by": record.void.by, "when": record.void.when.isoformat(), "why": record.void.why},
    }


def log(entry: Entry, metric: str | None, value: Summary | None) -> dict[str, Any]:
    """One row of `log`."""
    return {
        "name": entry.name,
        "title": entry.title,
        "status": entry.status,
        "outcome": entry.outcome,
        "confirmatory": entry.confirmatory,
        "confirmation": [tested(one) for one in entry.tested],
        "parent": entry.parent,
        "created": entry.created.isoformat(),
        "author": entry.author,
        "tags": list(entry.tags),
        "metric": metric,
        "variant": entry.arm,
        "value": None if value is None else summary(value),
        "trials": entry.records,
        "declared": entry.declared,
        "missing": entry.missing,
        "branch": None if entry.branch is None else entry.branch.removeprefix("refs/heads/"),
    }
