"""`ledger models`: the versions of models, where each comes from, and which is in production."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from ledger.cli import console, documents, options
from ledger.cli.declared import Argument, Option
from ledger.errors import LedgerError
from ledger.git import dates
from ledger.ops import models as asking
from ledger.report import models as report
from ledger.report.documents import Format
from ledger.report.shapes import models as shapes


def models(
    name: Annotated[
        str | None,
        Argument(metavar="[NAME]", help="A model, with its history; a version: unet@v1.2.0, unet#prod."),
    ] = None,
    at: Annotated[
        str | None, Option("--at", metavar="DATE", help="The state at that time: 2026-11-01 (end of day), 2 weeks ago.")
    ] = None,
    stage: Annotated[str | None, Option("--stage", metavar="STAGE", help="Only versions with this stage.")] = None,
    every: Annotated[bool, Option("--all", help="Also show versions that were taken back or deprecated.")] = False,
    fetch: Annotated[bool, Option("--fetch", help="Check out the checkpoint of NAME here.")] = False,
    output: Annotated[
        str | None, Option("-o", "--output", metavar="PATH", help="With --fetch: the file or folder to write to.")
    ] = None,
    force: Annotated[bool, Option("--force", help="With --fetch: overwrite existing files.")] = False,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """List the versions of models, with their stages, experiments and metrics, and any doubts about each.

    What a tag claims is compared with the experiment's record. It works in a clone without a work tree too.

    Example: ledger models --at 2026-11-01 --stage prod
    """
    as_format = options.format_of(form)
    if not fetch and (output is not None or force):
        raise LedgerError("-o and --force need --fetch", hint="ledger models NAME --fetch -o PATH")
    with console.opened(bare=True) as ledger:
        moment = None if at is None else dates.moment("--at", at, ledger.git, end=True)
        if fetch:
            if name is None:
                raise LedgerError("say which model to fetch", hint="ledger models NAME --fetch")
            place = None if output is None else Path(output)
            version, path = asking.fetch(ledger, name, place, at=moment, force=force)
            told = version, str(path)
            console.report(lambda: report.fetched(*told), lambda: shapes.fetched(*told), json=json)
            return 0
        found = asking.models(ledger, name, at=moment, stage=stage, every=every)
        if not found and not json:
            console.say(report.none(name, stage, moment))
            return 0
        made = report.document(found, ledger.settings, name=name, at=moment)
        documents.answer(made, as_format, json=json, guard=guard, paged=ledger.git)
    return 0
