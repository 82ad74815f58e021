"""Where the ledger keeps its own things: below the git directory that all work trees share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.machine import locks
from ledger.model.frozen import frozen


@frozen
class StateDirectory:
    """The folder `ledger` in the common git directory. Deleting it loses no result, only caches and logs."""

    common: Path

    @property
    def folder(self) -> Path:
        """The folder itself."""
        return self.common / "ledger"

    @property
    def pipelines(self) -> Path:
        """Resolved pipelines, by the hash of what they were resolved from."""
        return self.folder / "pipelines"

    @property
    def index(self) -> Path:
        """The index of all experiments."""
        return self.folder / "index.db"

    @property
    def operations(self) -> Path:
        """Which command moved which refs."""
        return self.folder / "operations.jsonl"

    @property
    def slots(self) -> Path:
        """The work trees in which trials run."""
        return self.folder / "slots"

    @property
    def timings(self) -> Path:
        """How long stages took, by the hash of their lock entries."""
        return self.folder / "timings"

    @property
    def stages(self) -> Path:
        """Locks of running stages, by their keys in DVC's run cache."""
        return self.folder / "stages"

    @property
    def claims(self) -> Path:
        """Locks of trials that are under way."""
        return self.folder / "claims"

    @property
    def checkout(self) -> Path:
        """Names the experiment whose branch moves, until the outputs are laid out where it is checked out."""
        return self.folder / "checkout"

    @property
    def runs(self) -> Path:
        """What runs are at, and what detached ones said."""
        return self.folder / "runs"

    @property
    def contents(self) -> Path:
        """Hashes of inputs that neither git nor DVC holds, by what the file system says of them."""
        return self.folder / "contents"

    @property
    def datasets(self) -> Path:
        """What follows from the histories and manifests of data sets, by the hash of what it follows from."""
        return self.folder / "datasets"

    @property
    def copied(self) -> Path:
        """What copied files that no stage depends on held at the trials of an experiment."""
        return self.folder / "copied"

    @property
    def sites(self) -> Path:
        """Sites that were built to be looked at or published from here, and the locks of who does."""
        return self.folder / "sites"

    @property
    def faults(self) -> Path:
        """Tracebacks of faults of ours."""
        return self.folder / "faults"

    def log(self, experiment: str, trial_id: str) -> Path:
        """What the commands of a trial printed."""
        return self.folder / "logs" / experiment / f"{trial_id}.log"

    @contextmanager
    def claimed(self, experiment: str, trial: str) -> Iterator[bool]:
        """Claim a trial to run; False where another process has. The kernel gives it up with the process."""
        with locks.tried(self.claims / experiment / trial.replace("/", "+")) as ours:
            yield ours

    def running(self, experiment: str) -> tuple[str, ...]:
        """The trials of an experiment that some process has claimed, `variant+seed-0`."""
        return tuple(path.name for path in sorted((self.claims / experiment).glob("*")) if locks.is_held(path))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the one lock of the repository. The kernel gives it up with the process, so none is ever stale."""
        with locks.waited_for(self.folder / "lock"):
            yield
