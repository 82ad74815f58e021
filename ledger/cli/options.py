"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON; its shape is fixed.")]
Experiment = Annotated[
    str | None, typer.Argument(metavar="[EXP]", help="An experiment's name, or the beginning of one; else the current.")
]
