"""`ledger site --watch`, at the terminal: where the site is, and what becomes of it, until somebody ends it."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from ledger.cli import console
from ledger.cli.fault import fault
from ledger.model.listing import counted
from ledger.model.site import SiteOptions
from ledger.ops import watch_site
from ledger.repo.ledger import Ledger
from ledger.run.signals import as_interrupts


def watch(
    ledger: Ledger, output: Path | None, options: SiteOptions, *, port: int | None, jobs: int | None, show: bool
) -> int:
    """Serve the site until Ctrl-C, which is how one ends it: 0."""
    # a terminal that is closed, and `kill`, end it as cleanly
    serving = watch_site.watched(ledger, output, options, port=port, jobs=jobs, now=console.now)
    with as_interrupts(), serving as site, suppress(KeyboardInterrupt):
        console.answer(f"{counted(site.built.pages, 'page')} at {site.address}")
        console.say("new trials and verdicts appear by themselves; Ctrl-C ends this")
        if show:
            _open(site.address)
        for news in site.news():
            if isinstance(news, Exception):
                fault(news, as_json=False)
                console.say("the site is unchanged, and will be rebuilt after the next change; Ctrl-C ends this")
                continue
            what = news if isinstance(news, str) else f"{counted(news.written, 'file')} new or changed"
            console.say(f"{console.now().astimezone():%H:%M:%S}  {what}")
    return 0


def _open(address: str) -> None:
    import webbrowser

    # where there is no screen the terminal's browser would take the terminal
    shown = sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    if not shown or not webbrowser.open(address):
        console.say(f"no browser was found: open {address} yourself")
