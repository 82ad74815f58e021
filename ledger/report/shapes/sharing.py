"""The shapes of `--json` of `push` and `pull`."""

from __future__ import annotations

from typing import Any

from ledger.model.sharing import Pulled, Pushed
from ledger.report.remarks import sentences


def pushed(done: Pushed) -> dict[str, Any]:
    """The shape of `push`: an entry for each experiment that was asked for. `old` is null where its branch is new."""
    return {
        "remote": done.remote,
        "dry_run": done.dry_run,
        "up_to_date": done.nothing,
        "experiments": [
            {
                "experiment": one.experiment,
                "branch": one.branch,
                "old": one.old,
                "new": one.new,
                "trials": one.trials,
                "tags": list(one.tags),
                "behind": one.behind,
                "deleted": one.deleted,
                "running": one.running,
            }
            for one in done.sent
        ],
        "said": list(done.said),
    }


def pulled(done: Pulled) -> dict[str, Any]:
    """The shape of `pull`: an entry for each experiment. `error` is null where the branch here has all of it."""
    return {
        "remote": done.remote,
        "dry_run": done.dry_run,
        "up_to_date": all(one.nothing for one in done.received),
        "experiments": [
            {
                "experiment": one.experiment,
                "new": one.news.new,
                "title": one.news.title,
                "trials": dict(one.news.trials),
                "voided": one.news.voided,
                "notes": one.news.notes,
                "outcome": one.news.outcome,
                "amended": list(one.news.amended),
                "commits": one.commits,
                "tags": list(one.tags),
                "from": one.old,
                "to": one.new,
                "replayed": one.replayed,
                "rewritten": one.rewritten,
                "deleted": one.deleted,
                "remarks": list(sentences(one.remarks)),
                "error": None if one.refused is None else one.refused.message,
            }
            for one in done.received
        ],
        "passed_over": list(done.strange),
    }
