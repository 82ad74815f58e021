"""The shapes of `--json` of `push` and `pull`."""

from __future__ import annotations

from typing import Any

from ledger.model.sharing import Pulled, Pushed
from ledger.model.transfer import DataTransfer
from ledger.report.remarks import said, sentences


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
                "models": list(one.models),
                "behind": one.behind,
                "deleted": one.deleted,
                "running": one.running,
            }
            for one in done.sent
        ],
        "data": _data(done.data),
        "said": list(done.said),
    }


def _data(data: DataTransfer | None) -> dict[str, Any] | None:
    """What became of DVC's data; null where it was left."""
    if data is None:
        return None
    return {
        "remotes": list(data.remotes),
        "objects": data.objects,
        "bytes": data.bytes,
        "already": data.already,
        "made": list(data.made),
        "absent": [
            {"trial": one.trial, "path": one.path, "md5": one.digest, "corrupt": one.corrupt} for one in data.absent
        ],
    }


def pulled(done: Pulled) -> dict[str, Any]:
    """The shape of `pull`: an entry for each experiment. `error` is null where the branch here has all of it."""
    return {
        "remote": done.remote,
        "dry_run": done.dry_run,
        "up_to_date": done.nothing,
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
                "renamed": dict(one.renamed),
                "rewritten": one.rewritten,
                "deleted": one.deleted,
                "verdict_outdated": said(one.outdated),
                "remarks": list(sentences(one.remarks)),
                "trusted": one.trusted,
                "error": None if one.refused is None else one.refused.message,
            }
            for one in done.received
        ],
        "data": _data(done.data),
        "passed_over": list(done.strange),
        "models": list(done.models),
        "models_differ": list(done.models_differ),
    }
