"""`ledger promote`: a checkpoint becomes a version of a model, or a version gets a stage."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, options
from ledger.cli.declared import Argument, Option
from ledger.model.promoting import Promoting
from ledger.ops.promote import promote as promoting
from ledger.report import promote as report
from ledger.report.shapes import models as shapes

What = Annotated[
    str,
    Argument(metavar="EXP[:ARM[/TRIAL]]", help="What to promote, or an existing version, NAME@v1.2.0."),
]
Name = Annotated[str | None, Argument(metavar="[NAME]", help="The model it becomes a version of.")]


def promote(
    what: What,
    name: Name = None,
    version: Annotated[
        str | None,
        Option("--version", metavar="VERSION", help="v1.2.0, or major, minor or patch; default: the next patch."),
    ] = None,
    stage: Annotated[str | None, Option("--stage", metavar="STAGE", help="Give it this stage: prod.")] = None,
    path: Annotated[
        str | None, Option("--path", metavar="OUTPUT", help="The output that is the model, if there are several.")
    ] = None,
    why: Annotated[
        str, Option("--why", metavar="TEXT", help="Promote what no verdict supports; the tag keeps the reason.")
    ] = "",
    deprecate: Annotated[
        bool, Option("--deprecate", help="Take back the --stage, NAME@VERSION, or all of NAME.")
    ] = False,
    json: options.AsJson = False,
) -> int:
    """Make a trial's checkpoint a version of a model, as a tag that gto and dvc artifacts read.

    An arm is promoted by the first of its trials that count, never by its best. The tag keeps the trial, the verdict,
    the metrics and the checkpoint's hash. ledger push sends it too.

    Example: ledger promote focal-loss unet --stage prod
    """
    asked = Promoting(what=what, model=name, version=version, stage=stage, path=path, why=why, withdraw=deprecate)
    with console.opened() as ledger:
        done = promoting(ledger, asked, now=console.now())
        console.report(lambda: report.promoted(done, ledger.settings), lambda: shapes.promoted(done), json=json)
    return 0
