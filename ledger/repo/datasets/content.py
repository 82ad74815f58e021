"""The content that a change of data gives a path on some code; from git and manifests alone."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.analysis.datasets import additions, parts
from ledger.analysis.datasets.additions import History
from ledger.analysis.datasets.groups import Groups
from ledger.errors import LedgerError
from ledger.git.entries import Entry
from ledger.model.data_change import DataChange, Grouping
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.repo.code import Code
from ledger.repo.datasets.held import Held
from ledger.repo.datasets.listings import entry
from ledger.repo.datasets.versions import DataVersion


@frozen
class ArmContent:
    """What a path holds in an arm. `now`: what its code has there, whose place the arm's content takes.

    Where DVC holds it `pin` names the content; where git does, `entries` are the files by their path in the folder, or
    by "" of a single file.
    """

    now: Held
    pin: Pinned | None = None
    entries: Mapping[str, Entry] | None = None


@frozen
class AskedContent:
    """What an arm asks of the data at a path: a `change` of what it is `now` on its code, made of `source`.

    `source` is what the path held at the commit `at`; of that the groups are those that `by` says.
    """

    code: Code
    path: str
    change: DataChange
    by: Grouping
    now: Held
    source: Held
    at: str

    @property
    def makes_new(self) -> bool:
        """Whether the content may be one that no commit has: a part of a version, or a sample."""
        return bool(self.change.groups) or self.change.keep is not None


@frozen
class FileGroups:
    """The groups of a listing; `history` and `versions` where they are additions."""

    groups: Groups
    history: History | None = None
    versions: tuple[DataVersion, ...] = ()


def changed(listing: Mapping[str, str], change: DataChange, grouped: FileGroups | None, path: str) -> dict[str, str]:
    """The files that a change leaves of a listing. Raises LedgerError where that is none, or all of them."""
    left = dict(listing)
    if grouped is not None and change.groups:
        groups = grouped.groups
        chosen = groups.named(change.groups, path)
        if change.only:
            left = parts.only(listing, groups.of, chosen)
        else:
            left = parts.without(listing, groups.of, chosen, before=_before(grouped, chosen))
        holds = f"{listed(chosen, 4)} {'holds' if len(chosen) == 1 else 'hold'} all files of {path}"
        if not left:
            raise LedgerError(f"{holds}: without {'it' if len(chosen) == 1 else 'them'} nothing is left")
        if left == listing and change.at is None and change.keep is None:
            raise LedgerError(f"{holds}: this arm would have the same data as its code")
    if change.keep is not None:
        if parts.size_of_sample(len(left), change.keep) == 0:
            raise LedgerError(f"{change.keep * 100:g}% of the {len(left)} files of {path} is no file")
        left = parts.sample(left, change.keep, change.draw or 0)
    return left


def _before(grouped: FileGroups, chosen: tuple[str, ...]) -> dict[str, str] | None:
    if grouped.history is None:
        return None
    numbers = {number for number, version in enumerate(grouped.versions) if version.name in chosen}
    return additions.earlier(grouped.history, numbers)


def of_git(files: Mapping[str, str]) -> dict[str, Entry]:
    """The files of a listing as git has them."""
    return {path: entry(name) for path, name in files.items()}
