"""What is in the folders of data sets, by manifest or by tree; nothing is fetched here."""

from __future__ import annotations

from collections.abc import Callable

from ledger.dvc import manifests
from ledger.dvc.store import Store
from ledger.errors import FormatError, LedgerError, NotHere
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.repo.datasets.held import Held


class Forged(LedgerError):
    """Something in DVC's cache is not what its name says; `name` is that."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(
            f"{what} in DVC's cache does not match its name ({name})",
            hint="remove that file from the cache and dvc fetch it",
        )
        self.name = name


class Listings:
    """The listings of one repository's data sets; each is read once."""

    def __init__(self, git: Git, store: Callable[[], Store]) -> None:
        self._git = git
        self._store = store
        self._known: dict[str, dict[str, str]] = {}

    def of(self, held: Held | None) -> dict[str, str]:
        """The files of a data set by their path in it; a single file by its own name, and nothing of nothing.

        What names the content is DVC's md5, or git's mode and id (`entry`). Raises NotHere where the manifest is in no
        cache here, and LedgerError where it is not what it should be.
        """
        if held is None:
            return {}
        if held.content not in self._known:
            self._known[held.content] = self._read(held)
        return self._known[held.content]

    def _read(self, held: Held) -> dict[str, str]:
        if not held.is_folder:
            return {held.path.rpartition("/")[2]: held.content}
        if held.pin is None:
            files = self._git.objects.files(held.content)
            return {path: named(entry) for path, entry in files.items() if not path.endswith(".gitignore")}
        data = self._store().read(held.content)
        if data is None:
            raise NotHere(
                f"the list of files of {held.path} ({held.content}) is in no cache here",
                hint="dvc fetch, where a remote has it",
            )
        return checked(data, held.content, held.path)


def checked(data: bytes, digest: str, path: str) -> dict[str, str]:
    """The files that a manifest lists. Raises LedgerError where it is none, Forged where it is not that of its name."""
    if manifests.named(data) != digest:
        raise Forged(f"the list of files of {path}", digest)
    try:
        return manifests.read(data)
    except FormatError as error:
        raise LedgerError(f"the list of files of {path} ({digest}) cannot be used: {error}") from None


def named(entry: Entry) -> str:
    """A file of git's in a listing: mode and id."""
    return f"{entry.mode} {entry.oid}"


def entry(name: str) -> Entry:
    """The inverse of `named`."""
    mode, oid = name.split(" ")
    return Entry(mode=mode, oid=oid)
