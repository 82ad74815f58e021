"""Whose configuration DVC is set up by when it moves data: a stranger's may name programs, and where data goes."""

from __future__ import annotations

from ledger.errors import LedgerError
from ledger.git.entries import Entry
from ledger.repo.ledger import Ledger
from ledger.repo.trust.require import origin_of


def require_own(ledger: Ledger, folder: str) -> None:
    """Raise LedgerError where the commit that is checked out has a `.dvc` folder that is not trusted here.

    The one that the main branch has is trusted, on whatever branch. A remote's settings name files of credentials, in
    which there may be commands to run, and the address to which data is sent. `folder`: DVC's root below that of git.
    """
    ref, commit = ledger.snapshot.head
    if commit is None:
        return

    def settings(at: str) -> Entry | None:
        return ledger.git.objects.folder(f"{at}:{folder}").get(".dvc")

    own = settings(commit)
    if any(settings(base) == own for base in ledger.trust.bases.trusted) or not ledger.trust.lacking([commit]):
        return
    short = commit[:10] if ref is None else ref.removeprefix("refs/heads/")
    name, file = ledger.name_of(ref), f"{folder}/.dvc/config".removeprefix("/")
    shown = "" if name is None else f"ledger trust {name} shows it; "
    raise LedgerError(
        f"{file} says where data goes, and that of {short}, which is checked out, came from "
        f"{origin_of(ledger, commit)} and is not trusted yet",
        hint=f"{shown}git switch to a branch of your own, or leave the data: --no-data",
    )
