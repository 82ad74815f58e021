"""`ledger site`: the whole ledger as static pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import console, options
from ledger.model.listing import counted
from ledger.model.site import SiteOptions
from ledger.ops.site import build


def site(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="The folder for the site.")] = Path(
        "site"
    ),
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="The site's title; default: the repository's name.")
    ] = None,
    json: options.AsJson = False,
) -> int:
    """Build a web site of the whole ledger: static pages that open from a file or any web host.

    Example: ledger site -o public
    """
    with console.opened() as ledger:
        built = build(ledger, output, SiteOptions(title=title))
    if json:
        console.answer_json({"folder": str(built.folder), "pages": built.pages})
    else:
        console.answer(f"wrote {built.folder}: {counted(built.pages, 'page')}; open {built.folder / 'index.html'}")
    return 0
