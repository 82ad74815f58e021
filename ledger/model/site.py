"""What a site is asked for, the files that it is made of, and what came of building and publishing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath

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


@frozen
class Built:
    """What a build has done: how many `experiments` and `pages` the site has, how many files were `written`, `removed`.

    `unreadable`: why experiments cannot be read, by name; their pages say so.
    """

    folder: PurePath
    experiments: int
    pages: int
    written: int
    removed: int
    unreadable: Mapping[str, str]


@frozen
class Published:
    """A site on a branch, as its one commit: `changed` where the branch had another or none.

    `remote`: the name of the remote that it is on, None where it was not to go there; `sent`: it had another or none.
    `said`: what the remote's host told.
    """

    branch: str
    commit: str
    changed: bool
    remote: str | None = None
    sent: bool = False
    said: tuple[str, ...] = ()
