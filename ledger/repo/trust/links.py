"""Symbolic links of a stranger's commit that DVC would write through.

`dvc pull` and `dvc checkout` open an output at its path, whatever stands above it: a branch that commits
`models -> ../../.git/hooks` has them write a git hook. So no command of DVC's is given such a commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ledger.errors import LedgerError
from ledger.model.experiment import DIRECTORY
from ledger.model.listing import listed
from ledger.model.pipeline import inside
from ledger.repo.ledger import Ledger

# where DVC itself writes, or reads how to
_OF_DVC = ("dvc.yaml", "dvc.lock", ".dvcignore", ".gitignore")


def require_no_links(ledger: Ledger, commit: str) -> None:
    """Raise LedgerError where the commit holds a link below `experiments/`, in DVC's files, or on an output's path.

    Nothing is asked of who made the commit: that is the caller's, for whom a trusted one may hold links.
    """
    found = on_the_way(ledger, commit)
    if found:
        raise LedgerError(
            f"{listed(found, 3)} {'is a symbolic link' if len(found) == 1 else 'are symbolic links'} at {commit[:10]}, "
            "through which DVC would write elsewhere",
            hint=f"git show {commit[:10]}:{found[0]} prints where it leads; nothing was written",
        )


def require_plain(ledger: Ledger, commit: str, *, made_of: Sequence[str]) -> None:
    """The same of a commit that is made of others, unless all of these are trusted: before DVC writes its outputs."""
    if ledger.trust.lacking(made_of):
        require_no_links(ledger, commit)


def on_the_way(ledger: Ledger, commit: str) -> list[str]:
    """The links of a commit that DVC may write through, or take its instructions from."""
    files = ledger.git.objects.files(commit)
    links = [path for path, entry in files.items() if entry.is_link]
    if not links:
        # hardly a repository has any
        return []
    outputs = [*_outputs(ledger, commit)]
    return [path for path in links if _is_dvcs(path) or any(inside(out, path) or inside(path, out) for out in outputs)]


def _is_dvcs(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return parts[0] == DIRECTORY or ".dvc" in parts or parts[-1] in _OF_DVC or path.endswith(".dvc")


def _outputs(ledger: Ledger, commit: str) -> Iterator[str]:
    code = ledger.code.at(commit)
    yield from code.pipeline.results()
    yield from code.data
