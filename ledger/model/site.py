"""What a site is asked for, and the files that it is made of."""

from __future__ import annotations

from datetime import datetime

from ledger.model.frozen import frozen


@frozen
class SiteOptions:
    """What of the ledger a site shows, and under which title.

    `only`: the experiments that it has, by name or by shell pattern, all where there is none; `since`: those that were
    made or concluded from then on; `code`: whether it shows code and paths, which are nothing for outsiders.
    """

    title: str | None = None
    only: tuple[str, ...] = ()
    since: datetime | None = None
    code: bool = True


@frozen
class File:
    """A file of a site: its path relative to the site's folder, with `/`, and its content."""

    path: str
    content: bytes
