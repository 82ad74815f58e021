"""Options that `push` and `pull` share."""

from __future__ import annotations

from typing import Annotated

import typer

Experiments = Annotated[
    list[str] | None,
    typer.Argument(metavar="[EXP]...", help="Experiments' names or their beginnings; default: the current one."),
]

NoData = Annotated[bool, typer.Option("--no-data", help="Leave DVC's data; only branches and tags.")]
DataRemote = Annotated[
    str | None, typer.Option("--data-remote", metavar="NAME", help="A remote of DVC's; default: its own default.")
]
Jobs = Annotated[
    int | None,
    typer.Option("-j", "--jobs", metavar="N", min=1, help="Files of DVC's at once; default: as DVC has it."),
]
