"""`ledger diff`: what changed, and what came of it."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import console, options
from ledger.repo.sides import compare, sides_of
from ledger.report import diff as report
from ledger.report import shapes, terminal
from ledger.report.remarks import sentences
from ledger.report.tables import Format, table

Side = Annotated[str | None, typer.Argument(help="An experiment, NAME:VARIANT, NAME:VARIANT/TRIAL, or a git revision.")]


def diff(
    a: Side = None,
    b: Side = None,
    patch: Annotated[bool, typer.Option("--patch", "-p", help="Show the changes of the code in full.")] = False,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """Say what differs between two experiments, arms or revisions, and what came of it.

    With one experiment, or none, its baseline is compared with its treatment.

    Example: ledger diff exp-a exp-b
    """
    with console.opened() as ledger:
        found = compare(ledger, *sides_of(ledger, a, b))
        if json:
            console.answer_json(shapes.diff(found))
        elif options.format_of(form) is not Format.TEXT:
            console.answer(
                table(report.rows(found, ledger.settings), report.HEAD, options.format_of(form), guard=guard)
            )
            for warning in sentences(found.warnings):
                console.say(f"warning: {warning}")
        else:
            document = report.document(found, ledger.settings, patch=patch)
            colour = console.has_colour()
            console.answer(terminal.render(document, total=console.bound(), colour=colour), painted=colour)
    return 0
