"""DVC's configuration where data are moved: a branch may name another remote, or a cache folder anywhere."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.errors import LedgerError
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.repo.ledger import Ledger
from ledger.repo.trust.require import checked_out, origin_of


def require_configuration(ledger: Ledger) -> None:
    """Raise LedgerError where DVC would be set up by a branch of somebody else's that is not trusted.

    One that sets DVC up as the main branch does is as good as that.
    """
    around = checked_out(ledger)
    for commit in ledger.trust.lacking(around):
        main = ledger.trust.bases.main
        if main is None or _configuration(ledger.git, commit) != _configuration(ledger.git, main):
            ref = around[commit].removeprefix("refs/heads/")
            raise LedgerError(
                f"{ref}, which is checked out, came from {origin_of(ledger, commit)} and has a DVC configuration of "
                "its own: data would go where that says",
                hint=f"ledger trust {ref} shows it; git switch elsewhere, or --no-data leaves the data",
            )


def _configuration(git: Git, commit: str) -> Mapping[str, Entry]:
    found = git.objects.files(commit, skips=lambda folder, tree: b" hypothesis.md\0" in tree)
    return {path: entry for path, entry in found.items() if _sets_up(f"/{path}", entry)}


def _sets_up(path: str, entry: Entry) -> bool:
    # the folder itself may be a link, or what DVC keeps in it
    return path.endswith("/.dvc") or "/.dvc/config" in path or ("/.dvc/" in path and entry.is_link)
