"""`ledger site --publish`: the site on a branch of its own, and on a remote's."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from ledger.model.published import Published
from ledger.model.site import SiteOptions
from ledger.ops.site import build
from ledger.repo.ledger import Ledger
from ledger.repo.sharing import remotes
from ledger.repo.site import place as places
from ledger.repo.site import publishing
from ledger.repo.site.build import Built


def publish(
    ledger: Ledger,
    branch: str,
    output: Path | None,
    options: SiteOptions,
    *,
    push: bool = False,
    remote: str | None = None,
    jobs: int | None = None,
) -> tuple[Built, Published]:
    """Build the site, put it on the branch and, where it is to be pushed, on the remote's.

    Raises LedgerError before anything is built where the branch is for anything else or the remote cannot be asked.
    """
    place = publishing.place(ledger, branch, remotes.named(ledger, remote) if push else None)
    with places.own(ledger.state_dir) if output is None else nullcontext(output) as folder:
        built = build(ledger, folder, options, jobs=jobs)
        return built, publishing.publish(ledger, folder, place)
