"""The options of `ledger site`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="DIR", help="The folder for the site; default: site."),
]
Title = Annotated[
    str | None, typer.Option("--title", metavar="TEXT", help="The site's title; default: the repository's name.")
]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="EXP", help="An experiment or a pattern; repeatable.")
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="Experiments made or concluded since: 2026-11-01, 2w.")
]
Code = Annotated[
    bool, typer.Option("--code/--no-code", help="Show code, paths and commands; --no-code is for outsiders.")
]
Jobs = Annotated[int | None, typer.Option("-j", "--jobs", metavar="N", help="Processes; default: one a processor.")]
Watch = Annotated[
    bool, typer.Option("--watch", help="Serve the site on this machine, and bring it up to date as trials finish.")
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", metavar="N", min=0, max=65535, help="With --watch: the port; default: 8000, or the next free one."
    ),
]
Open = Annotated[bool, typer.Option("--open", help="With --watch: open it in the browser.")]
Publish = Annotated[
    str | None,
    typer.Option("--publish", metavar="BRANCH", help="Put the site on a branch, as one commit that replaces the last."),
]
Push = Annotated[bool, typer.Option("--push", help="With --publish: to the remote's branch too.")]
Remote = Annotated[
    str | None, typer.Option("--remote", metavar="NAME", help="With --push: a git remote; default: as `git push`.")
]
