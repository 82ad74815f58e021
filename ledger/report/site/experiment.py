"""The page of one experiment."""

from __future__ import annotations

from ledger.analysis.site.page import ExperimentPage
from ledger.model.site import File
from ledger.report import review
from ledger.report.site import shell
from ledger.report.site.shell import Site


def address(name: str) -> str:
    """Where the page of an experiment lies in the site."""
    return f"experiments/{name}.html"


def files(one: ExperimentPage, site: Site) -> tuple[File, ...]:
    """The page with the files that belong to it."""
    document = review.document((one.review,))
    page = shell.page("experiment.html", address(one.brief.name), site, one=one, blocks=document.blocks)
    return (page,)


def unreadable(name: str, why: str, site: Site) -> File:
    """The page of an experiment that cannot be read: why not."""
    return shell.page("unreadable.html", address(name), site, name=name, why=why)
