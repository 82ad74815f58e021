"""`ledger site`: the whole ledger as static pages."""

from __future__ import annotations

from pathlib import Path

from ledger.cli import console, options, site_options
from ledger.cli.progress_bar import ProgressBar
from ledger.errors import LedgerError
from ledger.model.listing import counted
from ledger.model.site import SiteOptions
from ledger.ops.site import build


def site(
    output: site_options.Output = None,
    title: site_options.Title = None,
    only: site_options.Only = None,
    since: site_options.Since = None,
    code: site_options.Code = True,
    watch: site_options.Watch = False,
    port: site_options.Port = None,
    open_: site_options.Open = False,
    jobs: site_options.Jobs = None,
    json: options.AsJson = False,
) -> int:
    """Build a web site of the whole ledger: static pages that open from a file or any web host.

    Only what has changed since the last build is made anew. With --watch and without -o nothing is left in your folder.

    Example: ledger site -o public
    """
    _require_fitting(watch=watch, given={"--port": port is not None, "--open": open_}, json=json)
    with console.opened() as ledger:
        ledger.progress = ledger.progress and ProgressBar("building pages")
        moment = None if since is None else ledger.git.approximate_date(since)
        asked = SiteOptions(title=title, only=tuple(only or ()), since=moment, code=code)
        if watch:
            from ledger.cli.site_watch import watch as watch_site

            return watch_site(ledger, output, asked, port=port, jobs=jobs, show=open_)
        built = build(ledger, output or Path("site"), asked, jobs=jobs)
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


def _require_fitting(*, watch: bool, given: dict[str, bool], json: bool) -> None:
    lone = next((option for option, there in given.items() if there), None)
    if lone is not None and not watch:
        raise LedgerError(f"{lone} is for a site that is served", hint=f"ledger site --watch {lone} …")
    if watch and json:
        raise LedgerError("--watch serves pages and has no answer in JSON", hint="ledger site --json builds them once")
