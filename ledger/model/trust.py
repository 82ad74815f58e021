"""What `ledger trust` shows and does, as values."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ledger.model.frozen import frozen


class FileKind(StrEnum):
    """What a file is, where that matters to whoever runs what is beside it."""

    PLAIN = "file"
    EXECUTABLE = "executable"
    LINK = "link"
    SUBMODULE = "submodule"


class FileFate(StrEnum):
    """What became of a file."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@frozen
class ChangedFile:
    """A file that differs. `kind` is the new one, the old one of a file that is gone.

    `added` and `removed` count lines, None where git takes the file for binary. `target`: where a link leads, or the
    commit of a submodule. `hidden`: how many control and bidirectional characters it holds now, which a terminal does
    not show as they are.
    """

    path: str
    fate: FileFate
    kind: FileKind
    added: int | None
    removed: int | None
    target: str | None = None
    hidden: int = 0


@frozen
class StageCommand:
    """What a stage would run, in which folder below the root of git ("" for the root); `arm`: for this one alone."""

    stage: str
    folder: str
    command: str
    arm: str | None = None


@frozen
class DvcSetting:
    """A line of DVC's configuration that is there, or is there no longer."""

    path: str
    line: str
    added: bool


@frozen
class ForeignState:
    """One executed state that is not trusted. `runs`: its arms and trials; `against`: what it is compared with."""

    commit: str
    digest: str
    runs: tuple[str, ...]
    against: str
    against_commit: str | None
    stages: tuple[StageCommand, ...]
    settings: tuple[DvcSetting, ...]
    files: tuple[ChangedFile, ...]


@frozen
class Foreign:
    """What of an experiment or revision would run here and is not trusted: nothing where `states` is empty.

    `copies`: untracked files of the user's that `ledger.yaml` would have copied to where it runs. `since`: when an
    earlier state of it was trusted.
    """

    name: str
    origin: str
    states: tuple[ForeignState, ...]
    copies: tuple[str, ...] = ()
    since: datetime | None = None


@frozen
class TrustDone:
    """What is trusted now, or no longer: an experiment or revision by its states, or a remote by its URL.

    `still`: what is trusted all the same after it was taken back, since main holds it or it was made here.
    """

    name: str
    trusted: bool
    digests: tuple[str, ...] = ()
    url: str | None = None
    still: bool = False
