"""`ledger verify`: prove the record."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, documents, options
from ledger.cli.declared import Argument, Option, misused
from ledger.report import verify as report
from ledger.report.documents import Format


def verify(
    experiment: Annotated[
        str | None, Argument(metavar="[EXP]", help="An experiment's name or its beginning; default: all.")
    ] = None,
    against: Annotated[
        str | None, Option("--against", metavar="REV", help="Verify what HEAD adds to this revision.")
    ] = None,
    data: Annotated[bool, Option("--data", help="Check that the checkpoints are there and intact.")] = False,
    signed: Annotated[
        bool, Option("--signed", help="Require good signatures; `signed: true` in ledger.yaml always does.")
    ] = False,
    form: options.AsPage = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Prove the record: the plan came first, and every number follows from code, data and files.

    Runs nothing. Problems are listed first, then what cannot be proved here; exits with 1 on any problem.

    Example: ledger verify focal-loss
    """
    from ledger.ops.verify import prove, prove_all, prove_touched

    if against is not None and (experiment is not None or data):
        raise misused("verify", "--against cannot be combined with EXP or --data: it reads only git")

    page = options.page_of(form)
    with console.opened() as ledger:
        asked = signed or ledger.settings.signed
        if against is not None:
            proofs = prove_touched(ledger, against, signed=asked)
        elif experiment is None:
            proofs = prove_all(ledger, data=data, signed=asked)
        else:
            proofs = (prove(ledger, ledger.experiment(experiment), data=data, signed=asked),)
    documents.answer(report.document(proofs), page, json=json)
    return 1 if any(p.problems for p in proofs) else 0
