"""The shape of `status`, with the runs that are going on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.analysis.answers import Overview, SearchStatus, Status
from ledger.analysis.progress import FAILED, STALE, SUCCEEDED
from ledger.analysis.searching import finding
from ledger.model import finding as findings
from ledger.model.run_state import RunState
from ledger.report.remarks import said
from ledger.report.shapes.values import short_branch, summary

if TYPE_CHECKING:
    from ledger.analysis.searching import State


def status(found: Status) -> dict[str, Any]:
    """One experiment."""
    experiment, states = found.experiment, [row.state for row in found.declared]
    return {
        "experiment": experiment.name,
        "branch": short_branch(experiment.branch),
        "declared": len(states),
        "succeeded": states.count(SUCCEEDED),
        "failed": states.count(FAILED),
        "missing": len(states) - states.count(SUCCEEDED),
        "unrecorded": list(found.unrecorded),
        "uncollected": sum(not r.collected for r in experiment.trials),
        "dirty": list(found.dirty),
        "stale": states.count(STALE),
        "status": experiment.status,
        "outcome": experiment.outcome,
        "confirmatory": experiment.confirmatory,
        "verdict_outdated": said(found.outdated),
        "changed_unseen": None if found.refusal is None else found.refusal.message,
        "runs": list(map(run_state, found.runs)),
        "killed_runs": list(map(run_state, found.killed)),
        "unseen_runs": list(map(run_state, found.elsewhere)),
        **({} if found.search is None else {"search": _search(found.search)}),
    }


def _search(found: SearchStatus) -> dict[str, Any]:
    """How far a search is, and what it is expected to take still."""
    state, coming = found.state, found.coming
    return {
        "metric": state.search.metric,
        "finished": state.finished,
        **findings.to_mapping(finding(state)),
        **_tried(state),
        "expected": None if coming is None else {"trials": coming.trials, "at_least": coming.at_least},
        "seconds_each": found.each,
    }


def _tried(state: State) -> dict[str, Any]:
    """What a search has tried."""
    # imported late: with it comes numpy, which `status` does without where nothing is searched
    from ledger.analysis.tuning.state import TuneState

    if isinstance(state, TuneState):
        return {
            "arms": [
                {"name": arm.name, "params": dict(arm.configuration), **summary(arm.summary), "failed": arm.failed}
                for arm in state.arms
            ]
        }
    return {
        "evidence": state.evidence,
        "versions": [
            {
                "name": version.name,
                "commit": version.commit,
                **summary(version.summary),
                "fresh": len(version.fresh),
                "posterior": version.posterior,
                "failed": version.failed,
                "skipped": version.skipped,
            }
            for version in state.versions
        ],
    }


def overview(found: Overview) -> dict[str, Any]:
    """No experiment is checked out."""
    counts = dict.fromkeys(("declared", "succeeded", "failed", "missing", "uncollected", "stale"), 0)
    return {
        "experiment": None,
        "branch": found.branch,
        "unrecorded": [],
        "dirty": [],
        **counts,
        "status": None,
        "outcome": None,
        "confirmatory": None,
        "runs": list(map(run_state, found.runs)),
    }


def run_state(state: RunState) -> dict[str, Any]:
    """A run in progress."""
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
