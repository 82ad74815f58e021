"""Symbolic links of a stranger's commit that DVC would write through, and outputs that would be git's own files.

`dvc pull` and `dvc checkout` open an output at its path, whatever stands above it: a branch that commits
`models -> ../../.git/hooks` has them write a git hook. So no command of DVC's is given such a commit.
"""

from __future__ import annotations

import re
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

    So it does where an output is in what a disk may take for git's own folder.

    Nothing is asked of who made the commit: that is the caller's, for whom a trusted one may hold links.
    """
    own = [out for out in _outputs(ledger, commit) if _is_gits(out)]
    if own:
        raise LedgerError(
            f"DVC would write the output {own[0]!r} at {commit[:10]} into git's own folder",
            hint="no output belongs there; nothing was written",
        )
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


def _is_gits(path: str) -> bool:
    """Whether a path leads into `.git` on some disk, as git's own `is_hfs_dotgit` and `is_ntfs_dotgit` say.

    macOS and Windows ignore case, HFS+ the characters that join others; NTFS has a short name for the folder, and drops
    dots and blanks at a name's end.
    """
    parts = (_JOINING.sub("", part).casefold().partition(":")[0].rstrip(". ") for part in re.split(r"[/\\]", path))
    return any(part in (".git", "git~1") for part in parts)


# what HFS+ ignores in a name
_JOINING = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")


def _outputs(ledger: Ledger, commit: str) -> Iterator[str]:
    code = ledger.code.at(commit)
    yield from code.pipeline.results()
    yield from code.data
