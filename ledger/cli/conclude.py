"""`ledger conclude`: compute the verdict."""

from __future__ import annotations

import sys
from typing import Annotated

from ledger.cli import console, documents, editor, options
from ledger.cli.declared import Option
from ledger.model.verdict import REFUTED
from ledger.ops import conclude as ops
from ledger.report import verdict as report
from ledger.report.documents import Format, rendered


def conclude(
    experiment: options.Experiment = None,
    message: Annotated[
        str | None, Option("-m", "--message", help="What you make of it; without it an editor opens.")
    ] = None,
    early: Annotated[
        bool,
        Option(
            "--early",
            help="Conclude although declared trials are missing; the verdict is inconclusive until they have run.",
        ),
    ] = False,
    exit_code: Annotated[bool, Option("--exit-code", help="Exit with 1 if the outcome is refuted.")] = False,
    form: options.AsPage = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Compute the verdict from the declared trials, write verdict.md and commit it.

    Example: ledger conclude -m "helps most on small lesions"
    """
    page = options.page_of(form)
    with console.opened() as ledger:
        chosen = ops.collected(ledger, ledger.experiment(experiment))
        if message is None and chosen.verdict is None and sys.stdin.isatty():
            # shown to the author before they write about it
            shown = report.answer(ops.preview(ledger, chosen, early=early), chosen, ledger.settings)
            prompt = "What do you make of it? Lines starting with # are ignored."
            message = editor.edited(f"{prompt}\n\n{rendered(shown, Format.TEXT, total=None)}")
        done = ops.conclude(ledger, chosen, interpretation=message, early=early)
        if json or page is Format.TEXT:
            document = report.answer(done.verdict, chosen, ledger.settings)
        else:
            document = report.document(done.verdict, done.experiment, done.arms, ledger.settings)
        documents.answer(document, page, json=json)
    if not json:
        console.say("the verdict is unchanged" if done.commit is None else f"committed as {done.commit[:10]}")
    return 1 if exit_code and done.verdict.outcome == REFUTED else 0
