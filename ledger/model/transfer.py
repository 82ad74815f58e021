"""What became of the DVC data that was to be pushed or pulled."""

from __future__ import annotations

from ledger.model.frozen import frozen


@frozen
class Absent:
    """A file that a trial's record names, and that neither this clone nor the remote holds.

    `trial` is `focal-loss:treatment/seed-3`; `path` is relative to the git root, of a file in an output folder too;
    `digest` its md5, which ends in `.dir` where it is a folder whose list of files is absent. `corrupt`: something is
    there under its name, with another content than the name says.
    """

    trial: str
    path: str
    digest: str
    corrupt: bool = False

    def __str__(self) -> str:
        return f"{self.trial} {self.path}"


@frozen
class DataTransfer:
    """How many objects of DVC's were sent or fetched, with their `bytes`; how many were `already` there.

    A folder counts as its files and the list of them. `absent` are the files that could not be had, sorted by trial and
    path; `remotes` the names of the remotes that were asked, none where nothing had to be asked. `made`: those that are
    folders, and were not there before something was sent, with their paths.
    """

    objects: int = 0
    bytes: int = 0
    already: int = 0
    absent: tuple[Absent, ...] = ()
    remotes: tuple[str, ...] = ()
    made: tuple[str, ...] = ()

    @property
    def remote(self) -> str | None:
        """The remotes by name, None where none was asked."""
        return ", ".join(self.remotes) or None
