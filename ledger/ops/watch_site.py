"""`ledger site --watch`: the site is served on this machine, and follows what happens in the repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from ledger.machine import web_server
from ledger.model.site import SiteOptions
from ledger.ops.site import build
from ledger.repo.ledger import Ledger
from ledger.repo.site import place
from ledger.repo.site.served import Served
from ledger.repo.site.watch import Watch


@contextmanager
def watched(
    ledger: Ledger,
    output: Path | None,
    options: SiteOptions,
    *,
    port: int | None,
    jobs: int | None,
    now: Callable[[], datetime],
) -> Iterator[Watch]:
    """Build the site and serve it while the block lasts. Raises LedgerError as `build` and `serving` do."""
    with place.own(ledger.state_dir) if output is None else nullcontext(output) as folder:
        built = build(ledger, folder, options, jobs=jobs)
        served = Served(folder, ledger.state_dir, now)
        with web_server.serving(served.find, port) as address:
            yield Watch(ledger, built, options, served, address)
