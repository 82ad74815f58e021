"""`ledger diff`: what changed, and how the results compare."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, documents, options
from ledger.cli.declared import Argument, Option
from ledger.ops.diff import diff as compare
from ledger.report import diff as report
from ledger.report.documents import Format
from ledger.report.remarks import sentences

Side = Annotated[str | None, Argument(help="An experiment, NAME:VARIANT, NAME:VARIANT/TRIAL, or a git revision.")]


def diff(
    a: Side = None,
    b: Side = None,
    patch: Annotated[bool, Option("--patch", "-p", help="Show the code changes in full.")] = False,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """Show what differs between two experiments, arms or revisions, and how their results compare.

    Given one experiment, or none, compare its treatment with its baseline, or the two that its prediction compares.

    Example: ledger diff exp-a exp-b
    """
    as_format = options.format_of(form)
    with console.opened() as ledger:
        found = compare(ledger, a, b)
        documents.answer(report.document(found, ledger.settings, patch=patch), as_format, json=json, guard=guard)
        if as_format is Format.CSV and not json:
            for warning in sentences(found.warnings):
                console.say(f"warning: {warning}")
    return 0
