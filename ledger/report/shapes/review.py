"""The shape of `review`."""

from __future__ import annotations

from typing import Any

from ledger.analysis.review import ArmResults, CheckResult, Failed, Picture, Review
from ledger.model.experiment import Experiment, Recorded
from ledger.model.verdict_file import front_matter
from ledger.report.remarks import said, sentences
from ledger.report.shapes import diff as diffs
from ledger.report.shapes.proofs import problem
from ledger.report.shapes.trials import failure

# of each kind so many are listed whole; `counts` has how many there are
MANY = 100


def review(value: Review) -> dict[str, Any]:
    """All of it; what is not known is null, and what there is none of is empty."""
    changed = None if value.changed is None else diffs.diff(value.changed)
    part = changed or {"params": [], "data": [], "code": [], "environment": [], "metrics": []}
    return {
        "experiment": value.name,
        "against": None if value.against is None else {"name": value.against.name, "commit": value.against.commit},
        **_experiment(value.experiment),
        "unreadable": value.unreadable,
        "deleted": value.deleted,
        "left_out": value.left_out,
        "outcome": value.outcome,
        "recomputed": None if value.recomputed is None else value.recomputed.outcome,
        "verdict": None if value.recomputed is None else front_matter(value.recomputed),
        "agrees": value.agrees,
        "outdated": said(value.outdated),
        "refusal": said(value.refusal),
        "compared": None if changed is None else [changed["a"], changed["b"]],
        "not_compared": value.not_compared,
        "params": part["params"],
        "data": part["data"],
        "code": part["code"],
        "environment": part["environment"],
        "metrics": part["metrics"],
        "others": [_other(diffs.diff(one)) for one in value.others],
        "others_left_out": value.others_left_out,
        "arms": list(map(_arm, value.arms)),
        "arms_left_out": value.arms_left_out,
        "checks": list(map(_check, value.checks)),
        "unchecked": value.unchecked,
        "unattributed": [{"a": one.a, "b": one.b, "why": list(sentences(one.remarks))} for one in value.unattributed],
        "failed": list(map(_failed, value.failed[:MANY])),
        "voided": list(map(_voided, value.voided[:MANY])),
        "counts": {"failed": len(value.failed), "voided": len(value.voided)},
        "amendments": [
            {"date": one.date, "changed": list(one.changed), "after_results": one.after_results}
            for one in value.amendments
        ],
        "warnings": list(sentences(value.warnings)),
        "pictures": list(map(_picture, value.pictures)),
        "reproduce": list(value.reproduce),
        "web": None if value.web is None else value.web.url,
        "ok": not value.objectionable,
    }


def _experiment(found: Experiment | None) -> dict[str, Any]:
    """What the hypothesis file says, and how far the experiment has come."""
    if found is None:
        empty = ("title", "status", "tip", "base", "parent", "author", "created", "hypothesis", "confirmatory")
        return {**dict.fromkeys(empty), "tags": [], "predictions": [], "passed_over": []}
    plan = found.plan
    return {
        "title": plan.title,
        "status": found.status,
        "tip": found.tip,
        "base": plan.base,
        "parent": plan.parent,
        "author": plan.author,
        "created": plan.created.isoformat(),
        "hypothesis": found.hypothesis.body.strip(),
        "confirmatory": found.confirmatory,
        "tags": list(plan.tags),
        "predictions": [str(one) for one in plan.predictions],
        "passed_over": [str(one) for one in (*found.passed_over, *found.too_new)][:MANY],
    }


def _other(changed: dict[str, Any]) -> dict[str, Any]:
    """A further comparison: the results, and how much differs."""
    kinds = ("params", "data", "code", "environment")
    differ = {kind: len(changed[kind]) for kind in kinds}
    return {"a": changed["a"], "b": changed["b"], "metrics": changed["metrics"], "differ": differ}


def _arm(one: ArmResults) -> dict[str, Any]:
    return {
        "name": one.name,
        "declared": one.declared,
        "succeeded": one.succeeded,
        "failed": one.failed,
        "filled_by": one.filled_by,
        "values": {metric: dict(values) for metric, values in one.values.items()},
    }


def _check(one: CheckResult) -> dict[str, Any]:
    return {
        "check": one.name.value,
        "proves": one.proves,
        "state": one.state.value,
        "count": len(one.found),
        "found": [problem(each) for each in one.found[:MANY]],
    }


def _failed(one: Failed) -> dict[str, Any]:
    trial = one.record.trial
    error = None if trial.error is None else {**failure(trial.error), "tail": one.tail}
    return {"id": trial.id, "status": trial.status, "commit": one.commit, "error": error}


def _voided(one: Recorded) -> dict[str, Any]:
    void = one.void
    assert void is not None
    return {"id": one.trial.id, "by": void.by, "when": void.when.isoformat(), "why": void.why}


def _picture(one: Picture) -> dict[str, Any]:
    return {"path": one.path, "commit": one.commit}
