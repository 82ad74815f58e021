"""`ledger importance`: which parameters a metric depends on."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, diagnosis, documents, options, passed_over, values
from ledger.cli import diagnosis_options as given
from ledger.cli.declared import Option
from ledger.cli.drawing import Output, PictureFile
from ledger.ops.importance import importance as weighed
from ledger.report import importance as report
from ledger.report.documents import Format


def importance(
    metric: given.Metric,
    where: options.Where = None,
    top: Annotated[str, Option(metavar="SHARE", help="The share of configurations that count as the best.")] = "25%",
    higher: given.Higher = False,
    lower: given.Lower = False,
    output: Output = None,
    form: options.AsFormat = Format.TEXT.value,
    guard: options.Guard = True,
    json: options.AsJson = False,
) -> int:
    """Show which parameters a metric depends on, over the arms tried at one state of code and data.

    It needs 30 configurations, and flags no parameter that chance explains. docs/next.md says what is computed.

    Example: ledger importance dice --where "train.lr > 0.001"
    """
    page = options.format_of(form)
    drawing = PictureFile(output=output)
    better = diagnosis.better(higher=higher, lower=lower)
    share = values.share("--top", top, example="25%")
    with console.opened() as ledger:
        drawing.require(ledger)
        found = weighed(ledger, metric, where=where, asked=better, top=share)
        document = report.document(found)
        content = drawing.content(document, lambda: report.drawn(found))
        documents.answer(document, page, json=json, guard=guard)
        drawing.write(ledger, content)
        passed_over.warn_unreadable(ledger)
    return 0
