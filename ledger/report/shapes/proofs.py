"""The shapes of `verify` and of `reproduce`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ledger.report.shapes.trials import failure

if TYPE_CHECKING:
    from ledger.analysis.findings import Finding
    from ledger.analysis.reproduction import Reproduction


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


def reproductions(found: Sequence[Reproduction], *, same: bool) -> dict[str, Any]:
    """The shape of `reproduce`."""
    return {"ok": same, "trials": list(map(_reproduction, found))}


def _reproduction(one: Reproduction) -> dict[str, Any]:
    return {
        "experiment": one.experiment,
        "trial": one.trial,
        "code": one.code,
        "metrics": [
            {"name": m.name, "recorded": m.recorded, "again": m.again, "margin": m.margin, "state": m.state}
            for m in one.metrics
        ],
        "outs": [{"path": o.path, "recorded": o.recorded, "again": o.again, "state": o.state} for o in one.outs],
        "environment": [{"name": n, "recorded": a, "now": b} for n, a, b in one.environment],
        "error": None if one.failure is None else failure(one.failure),
    }
