"""The shapes of `--json` (they are fixed, because programs read them): values in, plain values out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.analysis.progress import FAILED, STALE, SUCCEEDED, Declared
from ledger.analysis.variance import shares
from ledger.model.entry import Entry
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats.lockfile import Pinned
from ledger.model.hypothesis import TREATMENT, Variant
from ledger.model.run_report import RunReport
from ledger.model.run_state import RunState
from ledger.model.trial import Failure, Trial
from ledger.model.verdict import front_matter
from ledger.report.remarks import sentences
from ledger.stats.summary import Summary

if TYPE_CHECKING:
    from ledger.analysis.diff import Diff
    from ledger.analysis.findings import Finding
    from ledger.analysis.reproduction import Reproduction


def plain(value: Any) -> Any:
    """The value as JSON can hold it: NaN and infinities are null, dates are texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def summary(value: Summary) -> dict[str, Any]:
    """`{n, mean, sd}`."""
    return {"n": value.n, "mean": value.mean, "sd": value.sd}


def pin(value: Pinned | None) -> dict[str, Any] | None:
    """A hash with its sizes."""
    return None if value is None else value.to_mapping()


def diff(value: Diff) -> dict[str, Any]:
    """The shape of `diff`."""
    from ledger.analysis.diff import CONFIDENCE

    document = {
        "a": value.a,
        "b": value.b,
        "params": [{"name": c.name, "a": c.a, "b": c.b} for c in value.params],
        "data": [
            {"path": c.path, "a": pin(c.a), "b": pin(c.b), "added": c.added, "removed": c.removed, "changed": c.changed}
            for c in value.data
        ],
        "code": [
            {
                "path": c.path,
                "change": c.change,
                "lines_added": c.lines_added,
                "lines_removed": c.lines_removed,
            }
            | ({} if c.old_path is None else {"old_path": c.old_path})
            | ({"ignored": True} if c.ignored else {})
            for c in value.code
        ],
        "environment": [{"name": c.name, "a": c.a, "b": c.b} for c in value.environment],
        "metrics": [
            {
                "name": c.name,
                "a": summary(c.a),
                "b": summary(c.b),
                "difference": c.difference,
                "interval": c.interval,
                "confidence": None if c.contrast is None else CONFIDENCE,
                "p_value": None if c.contrast is None else c.contrast.p_two_sided(),
                "test": None if c.contrast is None else c.contrast.test,
                "paired": None if c.contrast is None else c.contrast.paired,
            }
            for c in value.metrics
        ],
        "warnings": list(sentences(value.warnings)),
    }
    return dict(plain(document))


def show(experiment: Experiment, present: Mapping[str, str], commits: Mapping[str, str]) -> dict[str, Any]:
    """The shape of `show`. `present`: fingerprints by variant; `commits`: trial commits by trial id."""
    plan = experiment.plan
    branch = experiment.branch
    document = {
        "name": experiment.name,
        "title": plan.title,
        "branch": None if branch is None else branch.removeprefix("refs/heads/").removeprefix("refs/remotes/"),
        "base": plan.base,
        "parent": plan.parent,
        "created": plan.created.isoformat(),
        "author": plan.author,
        "tags": list(plan.tags),
        "exploratory": plan.exploratory,
        "status": experiment.status,
        "outcome": experiment.outcome,
        "confirmatory": experiment.confirmatory,
        "predictions": [str(p) for p in plan.predictions],
        "variants": {v.name: variant(v) for v in plan.variants},
        "replicates": {axis.name: list(axis.values) for axis in plan.replicates.axes},
        "kinds": {axis.name: axis.kind for axis in plan.replicates.axes if axis.kind is not None},
        "reshuffled_by": next((a.reshuffled_by for a in plan.replicates.axes if a.reshuffled_by is not None), None),
        "variance": variance(experiment, present),
        "trials": [trial(r, present, commits) for r in experiment.trials],
        "verdict": None if experiment.verdict is None else front_matter(experiment.verdict),
    }
    return dict(plain(document))


def variance(experiment: Experiment, present: Mapping[str, str]) -> dict[str, Any]:
    """The shares of each metric's variance by axis, where the replicates lie on two axes or more."""
    names = dict.fromkeys(name for r in experiment.trials for name in r.metrics)
    found = [one for one in (shares(experiment, name, present) for name in names) if one is not None]
    return {
        one.metric: {
            "of": "differences" if one.paired else experiment.plan.leading,
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
        "experiment": value.experiment,
        "variant": value.arm if value.arm != TREATMENT else None,
    }
    return {key: item for key, item in known.items() if item}


def trial(record: Recorded, present: Mapping[str, str], commits: Mapping[str, str]) -> dict[str, Any]:
    """One trial of `show`."""
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


def status(
    experiment: Experiment, rows: Sequence[Declared], *, unrecorded: Sequence[str], dirty: Sequence[str]
) -> dict[str, Any]:
    """The shape of `status`."""
    branch = experiment.branch
    done = sum(row.state == SUCCEEDED for row in rows)
    return {
        "experiment": experiment.name,
        "branch": None if branch is None else branch.removeprefix("refs/heads/").removeprefix("refs/remotes/"),
        "declared": len(rows),
        "succeeded": done,
        "failed": sum(row.state == FAILED for row in rows),
        "missing": len(rows) - done,
        "unrecorded": list(unrecorded),
        "uncollected": sum(not r.collected for r in experiment.trials),
        "dirty": list(dirty),
        "stale": sum(row.state == STALE for row in rows),
        "status": experiment.status,
        "outcome": experiment.outcome,
        "confirmatory": experiment.confirmatory,
    }


def run_state(state: RunState) -> dict[str, Any]:
    """A run that is at work."""
    return {
        "id": state.id,
        "experiment": state.experiment,
        "host": state.origin.host,
        "pid": state.pid,
        "jobs": state.jobs,
        "started": state.started.isoformat(),
        "total": state.total,
        "done": state.done,
        "failed": state.failed,
        "running": [
            {"trial": t.trial, "stage": t.stage, "waits": t.waits, "started": t.started.isoformat()}
            for t in state.running
        ],
    }


def run(report: RunReport) -> dict[str, Any]:
    """What `run` did: a short entry for each trial that it recorded; `show` has the whole of them."""
    return dict(
        plain(
            {
                "experiment": report.name,
                "trials": [brief_trial(t) for t in report.trials],
                "tag": None if report.collected is None else report.collected.tag,
                "uncollected": None if report.uncollected is None else report.uncollected.why,
            }
        )
    )


def brief_trial(value: Trial) -> dict[str, Any]:
    """A trial that has just been recorded."""
    return {
        "id": value.id,
        "variant": value.variant,
        "replicate": dict(value.point),
        "status": value.status,
        "metrics": dict(value.metrics),
        "seconds": value.seconds,
        "error": None if value.error is None else failure(value.error),
        "reused": value.reused,
    }


def reproductions(found: Sequence[Reproduction], *, same: bool) -> dict[str, Any]:
    """The shape of `reproduce`."""
    return dict(
        plain(
            {
                "ok": same,
                "trials": [
                    {
                        "experiment": one.experiment,
                        "trial": one.trial,
                        "code": one.code,
                        "metrics": [
                            {
                                "name": m.name,
                                "recorded": m.recorded,
                                "again": m.again,
                                "margin": m.margin,
                                "state": m.state,
                            }
                            for m in one.metrics
                        ],
                        "outs": [
                            {"path": o.path, "recorded": o.recorded, "again": o.again, "state": o.state}
                            for o in one.outs
                        ],
                        "environment": [{"name": n, "recorded": a, "now": b} for n, a, b in one.environment],
                        "error": None if one.failure is None else failure(one.failure),
                    }
                    for one in found
                ],
            }
        )
    )


def failure(value: Failure) -> dict[str, Any]:
    """Why a trial has no result."""
    return {
        "stage": value.stage,
        "exit_code": value.exit_code,
        "tail": value.tail,
        "reason": value.reason,
        "hint": value.hint,
    }


def no_status(branch: str) -> dict[str, Any]:
    """The shape of `status` where no experiment is checked out."""
    counts = dict.fromkeys(("declared", "succeeded", "failed", "missing", "uncollected", "stale"), 0)
    return {
        "experiment": None,
        "branch": branch,
        "unrecorded": [],
        "dirty": [],
        **counts,
        "status": None,
        "outcome": None,
        "confirmatory": None,
    }


def log(entry: Entry, metric: str | None, value: Summary | None) -> dict[str, Any]:
    """One row of `log`."""
    document = {
        "name": entry.name,
        "title": entry.title,
        "status": entry.status,
        "outcome": entry.outcome,
        "confirmatory": entry.confirmatory,
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
    return dict(plain(document))


def verify(proofs: Sequence[tuple[str, int, Sequence[Finding]]]) -> dict[str, Any]:
    """The shape of `verify`, from (experiment, number of trials, findings); `checked` is the number of trials."""
    rows = [
        (f.problem, {"check": f.check, "experiment": name, "trial": f.trial, "message": f.message})
        for name, _, findings in proofs
        for f in findings
    ]
    problems = [row for problem, row in rows if problem]
    return {
        "ok": not problems,
        "checked": sum(trials for _, trials, _ in proofs),
        "experiments": [name for name, _, _ in proofs],
        "problems": problems,
        "unproved": [row for problem, row in rows if not problem],
    }
