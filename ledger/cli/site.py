"""`ledger site`: the whole ledger as static pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ledger.cli import console, options, site_options
from ledger.cli.progress_bar import ProgressBar
from ledger.errors import LedgerError
from ledger.git import dates
from ledger.model.site import SiteOptions
from ledger.ops.site import build, seen_by_git
from ledger.ops.site import publish as publish_site
from ledger.report import published as report
from ledger.report.shapes import site as shapes


def site(
    output: site_options.Output = None,
    title: site_options.Title = None,
    only: site_options.Only = None,
    since: site_options.Since = None,
    code: site_options.Code = True,
    watch: site_options.Watch = False,
    port: site_options.Port = None,
    open_: site_options.Open = False,
    publish: site_options.Publish = None,
    push: site_options.Push = False,
    remote: site_options.Remote = None,
    jobs: site_options.Jobs = None,
    json: options.AsJson = False,
) -> int:
    """Build a web site of the whole ledger: static pages that open from a file or any web host.

    It rebuilds only what has changed since the last build. --watch and --publish leave
    nothing in your folder, unless -o names one.

    Example: ledger site -o public
    """
    needs = {"--watch": (watch, {"--port N": port is not None, "--open": open_})}
    needs["--publish BRANCH"] = publish is not None, {"--push": push}
    needs["--publish BRANCH --push"] = push, {"--remote NAME": remote is not None}
    _require_fitting(needs, watch=watch, other="--json" if json else "--publish" if publish is not None else None)
    with console.opened() as ledger:
        ledger.progress = ledger.progress and ProgressBar("building pages")
        moment = None if since is None else dates.moment("--since", since, ledger.git)
        asked = SiteOptions(title=title, only=tuple(only or ()), since=moment, code=code)
        if watch:
            from ledger.cli.site_watch import watch as watch_site

            return watch_site(ledger, output, asked, port=port, jobs=jobs, show=open_)
        if publish is not None:
            made, done = publish_site(ledger, publish, output, asked, push=push, remote=remote, jobs=jobs)
            console.report(lambda: report.published(made, done), lambda: shapes.published(made, done), json=json)
            return 0
        began = console.now()
        built = build(ledger, folder := output or Path("site"), asked, jobs=jobs)
        took, seen = (console.now() - began).total_seconds(), seen_by_git(ledger.git, folder)
    said = partial(report.built, built, took=took, since=since, seen=seen)
    console.report(said, lambda: shapes.built(built), json=json)
    return 0


def _require_fitting(needs: Mapping[str, tuple[bool, Mapping[str, bool]]], *, watch: bool, other: str | None) -> None:
    """Raise LedgerError where an option is given without the one that it belongs to, or two exclude each other."""
    for needed, (there, given) in needs.items():
        lone = next((option for option, wanted in given.items() if wanted), None)
        if lone is not None and not there:
            raise LedgerError(f"{lone} needs {needed}", hint=f"ledger site {needed} {lone}")
    if watch and other is not None:
        raise LedgerError(f"--watch runs until it is stopped: {other} cannot be combined with it", hint="choose one")
