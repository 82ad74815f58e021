"""`ledger site`: the whole ledger as static pages, which need neither git nor a server."""

from __future__ import annotations

from pathlib import Path

from ledger.model.frozen import frozen
from ledger.model.site import SiteOptions
from ledger.repo.ledger import Ledger
from ledger.repo.site import folder, reading
from ledger.report.site import assets, experiment, overview, shell
from ledger.report.site.shell import Site


@frozen
class Built:
    """What a build has made: the pages that the site has."""

    folder: Path
    pages: int


def build(ledger: Ledger, output: Path, options: SiteOptions) -> Built:
    """Build the site in a folder. Raises LedgerError where that holds something else, or libraries are missing."""
    shell.require()
    folder.require(output)
    site = Site(title=options.title or ledger.git.root.name)
    experiments = ledger.experiments()
    briefs = tuple(reading.in_brief(ledger, one) for one in experiments)
    pages = [file for one in experiments for file in experiment.files(reading.read(ledger, one, briefs), site)]
    folder.install(output, (*assets.files(), *pages, overview.page(briefs, site)))
    return Built(folder=output, pages=len(experiments) + 1)
