"""The shapes of `run`, and of trials that have just been recorded."""

from __future__ import annotations

from typing import Any

from ledger.model import finding as findings
from ledger.model.run_report import RunReport
from ledger.model.trial import Failure, Trial


def run(report: RunReport) -> dict[str, Any]:
    """What `run` did: a short entry for each trial that it recorded; `show` has the whole of them."""
    return {
        "experiment": report.name,
        "trials": list(map(brief_trial, report.trials)),
        "tag": None if report.collected is None else report.collected.tag,
        "uncollected": None if report.uncollected is None else report.uncollected.message,
        **({} if report.finding is None else {"finding": findings.to_mapping(report.finding), "ended": report.ended}),
    }


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


def failure(value: Failure) -> dict[str, Any]:
    """Why a trial has no result."""
    return {
        "stage": value.stage,
        "exit_code": value.exit_code,
        "tail": value.tail,
        "reason": value.reason,
        "hint": value.hint,
    }
