"""`ledger review`: the report for a pull request."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from ledger.cli import console, documents, options
from ledger.cli.declared import Argument, Option
from ledger.cli.review_output import STDOUT, page_of, require_one_way
from ledger.ops.review import reviews
from ledger.repo import output_file
from ledger.report import json as as_json
from ledger.report import review as report
from ledger.report.documents import Format, rendered


def review(
    experiment: Annotated[
        str | None, Argument(metavar="[EXP]", help="An experiment's name; default: what --against touches.")
    ] = None,
    against: Annotated[
        str | None, Option("--against", metavar="REV", help="Review what HEAD adds to this revision.")
    ] = None,
    form: Annotated[
        str | None,
        Option("--format", metavar="FORMAT", help="text, md, html or json; default off a terminal: md."),
    ] = None,
    output: Annotated[
        Path | None,
        Option("-o", "--output", metavar="FILE", help="Write here; empty if nothing is touched; -: print it."),
    ] = None,
    stdout: Annotated[bool, Option("--stdout", help="Print markdown on a terminal too.")] = False,
    exit_code: Annotated[
        bool, Option("--exit-code", help="Exit with 1 on problems, or a verdict that is refuted or stale.")
    ] = False,
    json: options.AsJson = False,
) -> int:
    """Write the report for a pull request: verdict, changes, results and checks, from git alone.

    Nothing of a branch is run. With --against, review each experiment touched since HEAD forked from there; without
    it, the experiment that is checked out.

    Example: ledger review --against main -o review.md
    """
    require_one_way(form, output, stdout=stdout, json=json)
    if output == STDOUT:
        output, stdout = None, True
    page = page_of(form, output, stdout=stdout, json=json)
    with console.opened() as ledger:
        if output is not None:
            output_file.place(ledger, output)
        found = reviews(ledger, experiment, against, os.environ)
        document = report.document(found)
        if experiment is not None:
            document = replace(document, data=document.data[0])
        if not found:
            console.say(f"nothing to review: no experiment differs from {against}")
        if output is not None:
            text = as_json.render(document.data) if page is None else rendered(document, page, total=None)
            # a workflow asks whether the file is empty (`test -s`)
            text = text if found or page is None else ""
            output_file.write(ledger, text.encode("utf-8", "replace"), output)
    if output is None and (page is None or found):
        documents.answer(document, page or Format.TEXT, json=page is None)
    return 1 if exit_code and any(one.objectionable for one in found) else 0
