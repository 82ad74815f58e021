"""What `init` has set up, and what is left for the author to do."""

from __future__ import annotations

from enum import StrEnum, auto

from ledger.model.frozen import frozen


class Lack(StrEnum):
    """What a repository lacks that its author may want."""

    METRICS = auto()
    """The script's metrics file was not named."""
    PARAMETERS = auto()
    """No parameter file was found."""
    PIPELINE = auto()
    """There is no `dvc.yaml` anywhere."""
    INCLUDE = auto()
    """The author's own `.gitlab-ci.yml` does not include the workflow."""


@frozen
class Bulk:
    """One file, or a folder of nothing but such files: its path, how many files they are, and their bytes together."""

    path: str
    files: int
    bytes: int


@frozen
class SetUp:
    """What was done. `dvc`: DVC was set up; `pipeline`: a `dvc.yaml` was written; `ignored`: the outputs were listed in
    `.gitignore`.

    `wrote` are the other files, by path from the root, of which `workflows` are those of CI. `bulk`: untracked files
    that are large or binary, looked for where more than workflows was written.
    """

    dvc: bool
    pipeline: bool
    ignored: bool
    wrote: tuple[str, ...]
    workflows: tuple[str, ...]
    bulk: tuple[Bulk, ...]
    lacks: tuple[Lack, ...]

    @property
    def nothing(self) -> bool:
        """Whether everything was there already."""
        return not (self.dvc or self.pipeline or self.wrote)

    @property
    def workflows_alone(self) -> bool:
        """Whether workflows were all that was lacking."""
        return bool(self.workflows) and not (self.dvc or self.pipeline) and self.wrote == self.workflows
