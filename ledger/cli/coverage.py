"""`ledger coverage`: what has been tried of the parameters, and what never."""

from __future__ import annotations

from ledger.analysis.coverage.tried import CoverageOptions
from ledger.cli import bin_values, console, documents, options, passed_over, terminal
from ledger.cli import coverage_options as given
from ledger.cli.drawing import Output, PictureFile
from ledger.ops.coverage import coverage as counted
from ledger.report import coverage as report
from ledger.report.documents import Format


def coverage(
    experiments: given.Targets = None,
    t: given.Strength = None,
    where: given.Chosen = None,
    keep: given.Keep = None,
    drop: given.Drop = None,
    bins: given.Bins = None,
    exclude: given.Exclude = None,
    complete: given.Complete = None,
    limit: given.Limit = None,
    output: Output = None,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """Show which combinations of the varied parameters were tried, and which never.

    It counts every recorded trial, failed ones too; seeds and folds do not count as parameters. docs/next.md explains
    bins, --exclude and --complete.

    Example: ledger coverage --exclude "opt = adam and lr > 0.1" --complete 5
    """
    as_format = options.format_of(form)
    drawing = PictureFile(output=output)
    asked = CoverageOptions(
        t=t,
        keep=tuple(keep or ()),
        drop=tuple(drop or ()),
        bins=bin_values.bins(bins),
        exclude=tuple(exclude or ()),
        complete=complete,
    )
    with console.opened() as ledger:
        drawing.require(ledger)
        found = counted(ledger, asked, experiments or (), where=where)
        document = report.document(found, limit=limit, total=terminal.bound(), sheet=as_format is Format.CSV)
        content = drawing.content(document, lambda: report.drawn(found))
        if json:
            console.answer_json(report.data(found, limit))
        else:
            documents.answer(document, as_format, json=False, guard=guard)
        drawing.write(ledger, content)
        passed_over.warn_unreadable(ledger)
        passed_over.warn_passed_over(ledger.index.passed_over())
    return 0
