"""One or several experiments as a single file that needs nothing else: to be sent, kept and printed.

It shows what their pages in a site show. Style, script and pictures are in it, and its policy allows these alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Final

from ledger.analysis.site.page import ExperimentPage
from ledger.report.html import hashed
from ledger.report.site import experiment, shell
from ledger.report.site.shell import Site

MARK: Final = '<meta name="generator" content="ledger report">'
"""What every report has near its beginning, by which one is told from a page of somebody's own."""

_STYLES: Final = ("page.css", "site.css", "plots.css")
_SCRIPT: Final = "page.js"


def page(experiments: Sequence[ExperimentPage], *, title: str | None = None, code: bool = True) -> bytes:
    """The report, its experiments in this order; of several they stand below a cover with a table of contents.

    `title`: by default that of the only experiment. `code`: whether it shows code and paths.
    """
    names = tuple(one.brief.name for one in experiments)
    usual = experiments[0].brief.title if len(experiments) == 1 else f"{len(experiments)} experiments"
    site = Site(title=title or usual, code=code, alone=names)
    shown = [experiment.values(one, site) for one in experiments]
    article = shell.environment().get_template("article.html")
    style, script = "\n".join(map(_static, _STYLES)), _static(_SCRIPT)
    text = (
        shell.environment()
        .get_template("report.html")
        .render(
            site=site,
            policy=_policy(style, script),
            style=shell.markup(style),
            script=shell.markup(script),
            experiments=shown,
            articles=[shell.markup(article.render(site=site, **values)) for values in shown],
        )
    )
    return text.encode("utf-8", "replace")


def _policy(style: str, script: str) -> str:
    """What a browser may load: this style and this script, and the pictures that are in the file."""
    return (
        f"default-src 'none'; style-src '{hashed(style)}'; script-src '{hashed(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _static(name: str) -> str:
    return (resources.files("ledger.report.site") / "static" / name).read_text("utf-8")
