"""The shapes of `verify` and of `reproduce`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ledger.report.problems import sentence
from ledger.report.shapes.trials import failure

if TYPE_CHECKING:
    from ledger.analysis.problems import Problem, Proof
    from ledger.analysis.reproduction import Reproduction


def verify(proofs: Sequence[Proof]) -> dict[str, Any]:
    """The shape of `verify`; `checked` is the number of trials."""
    problems = [problem(one) for proof in proofs for one in proof.problems]
    return {
        "ok": not problems,
        "checked": sum(proof.trials for proof in proofs),
        "experiments": [proof.experiment for proof in proofs],
        "problems": problems,
        "unproved": [problem(one) for proof in proofs for one in proof.unproved],
    }


def problem(one: Problem) -> dict[str, Any]:
    """One thing that is wrong, or unproved, with its sentence."""
    return {
        "check": one.kind.check.value,
        "kind": one.kind.value,
        "experiment": one.experiment,
        "trial": one.trial,
        "message": sentence(one),
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
