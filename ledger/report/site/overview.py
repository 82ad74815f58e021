"""The first page: what was learned lately, and what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.analysis.site.brief import Brief
from ledger.model.site import File
from ledger.report.site import shell
from ledger.report.site.shell import Site


def page(briefs: Sequence[Brief], unreadable: Mapping[str, str], site: Site) -> File:
    """The overview over all experiments, the latest first; `unreadable`: why others cannot be read, by name."""
    return shell.page("overview.html", "index.html", site, briefs=briefs, unreadable=unreadable)
