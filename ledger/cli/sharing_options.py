"""Options that `push` and `pull` share."""

from __future__ import annotations

from typing import Annotated

import typer

Experiments = Annotated[
    list[str] | None,
    typer.Argument(metavar="[EXP]...", help="Names of experiments or their beginnings; default: the current one."),
]

NoData = Annotated[bool, typer.Option("--no-data", help="Only branches and tags, not DVC's data.")]
DataRemote = Annotated[
    str | None, typer.Option("--data-remote", metavar="NAME", help="A DVC remote; default: DVC's own default.")
]
Jobs = Annotated[
    int | None,
    typer.Option("-j", "--jobs", metavar="N", min=1, help="Files at once; default: DVC's own default."),
]
