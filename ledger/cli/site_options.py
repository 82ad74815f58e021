"""The options of `ledger site`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from ledger.cli.declared import Option

Output = Annotated[
    Path | None,
    Option("-o", "--output", metavar="DIR", help="The folder for the site; default: site."),
]
Title = Annotated[
    str | None, Option("--title", metavar="TEXT", help="The site's title; default: the repository's name.")
]
Only = Annotated[list[str] | None, Option("--only", metavar="EXP", help="An experiment or a pattern; repeatable.")]
Since = Annotated[
    str | None, Option("--since", metavar="DATE", help="Experiments made or concluded since: 2026-11-01, 2w.")
]
Code = Annotated[bool, Option("--code/--no-code", help="Show code, paths and commands; --no-code is for outsiders.")]
Jobs = Annotated[int | None, Option("-j", "--jobs", metavar="N", help="Processes; default: one per processor.")]
Watch = Annotated[bool, Option("--watch", help="Serve the site on this machine, and update it as trials finish.")]
Port = Annotated[
    int | None,
    Option(
        "--port", metavar="N", min=0, max=65535, help="With --watch: the port; default: 8000, or the next free one."
    ),
]
Open = Annotated[bool, Option("--open", help="With --watch: open it in the browser.")]
Publish = Annotated[
    str | None,
    Option("--publish", metavar="BRANCH", help="Put the site on a branch, as one commit that replaces the last."),
]
Push = Annotated[bool, Option("--push", help="With --publish: to the remote's branch too.")]
Remote = Annotated[
    str | None, Option("--remote", metavar="NAME", help="With --push: a git remote; default: as `git push`.")
]
