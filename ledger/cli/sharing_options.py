"""Options that `push` and `pull` share."""

from __future__ import annotations

from typing import Annotated

import typer

Experiments = Annotated[
    list[str] | None,
    typer.Argument(metavar="[EXP]...", help="Experiments' names or their beginnings; default: the current one."),
]
