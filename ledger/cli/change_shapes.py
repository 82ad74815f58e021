"""The shapes of `--json` of commands that change something: what was done, and under which commit it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.report.shapes.trials import brief_trial

# for the types alone: a note needs nothing of what lands
if TYPE_CHECKING:
    from ledger.ops.amend import Amended
    from ledger.ops.archive import Archived
    from ledger.ops.record import Report
    from ledger.ops.void import Voided


def amended(value: Amended) -> dict[str, Any]:
    """The shape of `amend`."""
    return {
        "experiment": value.plan.name,
        "keys": list(value.keys),
        "commit": value.commit,
        "after_results": value.after_results,
        "corrects": dict(value.corrects),
    }


def noted(experiment: str, path: str, commit: str | None) -> dict[str, Any]:
    """The shape of `note`; no commit where the note was there already."""
    return {"experiment": experiment, "path": path, "commit": commit}


def recorded(experiment: str, value: Report) -> dict[str, Any]:
    """The shape of `record`. `code` is the commit that the change became, null where nothing had changed."""
    collected = value.collected
    return {
        "experiment": experiment,
        "trial": brief_trial(value.trial),
        "code": value.code,
        "tag": None if collected is None else collected.tag,
        "uncollected": value.uncollected,
        "warnings": [*value.warnings, *(collected.remarks if collected is not None else ())],
    }


def archived(experiment: str, value: Archived) -> dict[str, Any]:
    """The shape of `archive`."""
    return {"experiment": experiment, "branch": value.branch, "tag": value.tag, "remote": value.remote}


def brought_back(experiment: str, branch: str) -> dict[str, Any]:
    """The shape of `archive --undo`: the branch is there, and no tag speaks for it."""
    return {"experiment": experiment, "branch": branch, "tag": None, "remote": None}


def voided(value: Voided, *, undo: bool) -> dict[str, Any]:
    """The shape of `void`; no commit where the trial was voided already. `verdict_outdated`: there is one, older."""
    return {
        "experiment": value.experiment,
        "trial": value.record.trial.id,
        "voided": not undo,
        "commit": value.commit,
        "verdict_outdated": value.concluded and value.commit is not None,
    }
