"""`ledger site`: the whole ledger as static pages, which need neither git nor a server."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.machine import processors
from ledger.model.site import Built, Published, SiteOptions
from ledger.repo.ledger import Ledger
from ledger.repo.sharing import remotes
from ledger.repo.site import build as building
from ledger.repo.site import place as places
from ledger.repo.site import publishing


def build(ledger: Ledger, output: Path, options: SiteOptions, *, jobs: int | None = None) -> Built:
    """Build the site in a folder: what has changed since the last build is made anew.

    `jobs`: how many processes make pages, by default as many as there are processors. Raises LedgerError where
    the folder holds something else or cannot be written, or libraries are missing.
    """
    if jobs is not None and jobs < 1:
        raise LedgerError(f"-j {jobs}: at least one process is needed", hint="-j 2")
    return building.build(ledger, output, options, jobs=jobs or processors.count(), progress=ledger.progress)


def seen_by_git(git: Git, folder: Path) -> str | None:
    """The folder as `.gitignore` would name it, where git sees an untracked site in the work tree; else None.

    Whoever has committed a site keeps it on purpose.
    """
    root, place = git.root.resolve(), folder.resolve()
    if not place.is_relative_to(root) or place.is_relative_to(git.common.resolve()):
        return None
    page = str((place / "index.html").relative_to(root))
    known = git.succeeds("check-ignore", "-q", "--", page) or git.text("ls-files", "--", page)
    return None if known else f"/{place.relative_to(root)}/"


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
