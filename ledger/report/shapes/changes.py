"""The shapes of `--json` of commands that write: what was done, and under which commit it is found."""

from __future__ import annotations

from typing import Any

from ledger.analysis.landing import ADOPT
from ledger.model.changes import Amended, Archived, BroughtBack, Landed, Noted, RecordedByHand, Voided
from ledger.report.remarks import sentences
from ledger.report.shapes.trials import brief_trial


def landed(done: Landed) -> dict[str, Any]:
    """The shape of `land --json`. `measured` is null where it is not known whether a trial ran what main now holds."""
    return {
        "experiment": done.experiment.name,
        "main": done.main,
        "commit": done.commit,
        "kind": done.kind,
        "arm": done.arm if done.kind == ADOPT else None,
        "outcome": done.experiment.outcome,
        "tag": done.tag,
        "stale": list(done.stale),
        "measured": done.measured,
        "remarks": list(sentences(done.remarks)),
    }


def amended(done: Amended) -> dict[str, Any]:
    """The shape of `amend`."""
    return {
        "experiment": done.plan.name,
        "keys": list(done.keys),
        "commit": done.commit,
        "after_results": done.after_results,
        "corrects": dict(done.corrects),
    }


def noted(done: Noted) -> dict[str, Any]:
    """The shape of `note`; no commit where the note was there already."""
    return {"experiment": done.experiment, "path": done.path, "commit": done.commit}


def recorded(done: RecordedByHand) -> dict[str, Any]:
    """The shape of `record`. `code` is the commit that the change became, null where nothing had changed."""
    return {
        "experiment": done.plan.name,
        "trial": brief_trial(done.trial),
        "code": done.code,
        "tag": done.tag,
        "uncollected": done.uncollected,
        "warnings": list(sentences(done.warnings)),
    }


def archived(done: Archived | BroughtBack) -> dict[str, Any]:
    """The shape of `archive`; with `--undo` the branch is there, and no tag speaks for it."""
    tag, remote = (done.tag, done.remote) if isinstance(done, Archived) else (None, None)
    return {"experiment": done.experiment, "branch": done.branch, "tag": tag, "remote": remote}


def voided(done: Voided) -> dict[str, Any]:
    """The shape of `void`; no commit where the trial was voided already. `verdict_outdated`: there is one, older."""
    return {
        "experiment": done.experiment,
        "trial": done.trial,
        "voided": not done.counts,
        "commit": done.commit,
        "verdict_outdated": done.concluded and done.commit is not None,
    }
