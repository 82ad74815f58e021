"""`ledger verify`: prove the record."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import console, options
from ledger.report import shapes
from ledger.report.verify import verified


def verify(
    experiment: Annotated[
        str | None, typer.Argument(metavar="[EXP]", help="An experiment's name, or the beginning of one; else all.")
    ] = None,
    data: Annotated[bool, typer.Option("--data", help="Look for the checkpoints too, and read them.")] = False,
    json: options.AsJson = False,
) -> int:
    """Prove the record: the plan came first, and every number follows from code, data and files.

    Nothing is run. What cannot be proved here is listed apart from what is wrong; exits with 1 on any problem.

    Example: ledger verify focal-loss
    """
    from ledger.ops.verify import prove, prove_all

    with console.opened() as ledger:
        if experiment is None:
            proofs = prove_all(ledger, data=data)
        else:
            proofs = (prove(ledger, ledger.experiment(experiment), data=data),)
    if json:
        console.answer_json(shapes.verify([(p.experiment, p.trials, p.findings) for p in proofs]))
    else:
        lines = [line for p in proofs for line in verified(p.experiment, p.trials, p.problems, p.unproved)]
        console.answer("\n".join(lines or ["there is no experiment to verify"]))
    return 1 if any(p.problems for p in proofs) else 0
