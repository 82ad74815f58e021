"""`ledger site`: the whole ledger as static pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import console, options
from ledger.cli.progress_bar import ProgressBar
from ledger.model.listing import counted
from ledger.model.site import SiteOptions
from ledger.ops.site import build


def site(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="The folder for the site; default: site.")
    ] = Path("site"),
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="The site's title; default: the repository's name.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="EXP", help="An experiment or a pattern; repeatable.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Experiments made or concluded since: 2026-11-01, 2w.")
    ] = None,
    code: Annotated[
        bool, typer.Option("--code/--no-code", help="Show code, paths and commands; --no-code is for outsiders.")
    ] = True,
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", metavar="N", help="Processes; default: one a processor.")
    ] = None,
    json: options.AsJson = False,
) -> int:
    """Build a web site of the whole ledger: static pages that open from a file or any web host.

    Only what has changed since the last build is made anew.

    Example: ledger site -o public
    """
    with console.opened() as ledger:
        ledger.progress = ledger.progress and ProgressBar("building pages")
        moment = None if since is None else ledger.git.approximate_date(since)
        asked = SiteOptions(title=title, only=tuple(only or ()), since=moment, code=code)
        built = build(ledger, output, asked, jobs=jobs)
    if json:
        console.answer_json(
            {
                "folder": str(built.folder),
                "pages": built.pages,
                "written": built.written,
                "removed": built.removed,
                "unreadable": dict(built.unreadable),
            }
        )
        return 0
    changed = f"{counted(built.written, 'file')} new or changed" if built.written else "nothing has changed"
    console.answer(f"{built.folder / 'index.html'}: {counted(built.pages, 'page')}, {changed}")
    for name, why in built.unreadable.items():
        console.say(f"warning: {name} cannot be read: {why}")
    return 0
