"""The names that our records get beside those of the other side."""

from __future__ import annotations

from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.model import trial as trials
from ledger.model import void as voids
from ledger.model.experiment import Experiment, directory
from ledger.repo.ledger import Ledger


class Names:
    """Where our records lie from now on. `renamed`: those that have another name now, by trial id."""

    def __init__(self, ledger: Ledger, experiment: Experiment, theirs: str) -> None:
        self._folder = f"{directory(experiment.name)}/trials"
        self._there = _records(ledger.git, theirs, self._folder)
        ours = _records(ledger.git, experiment.tip, self._folder)
        # what ours has still to bring is taken too, and must not be given away
        self._taken = {*self._there, *ours}
        self._paths: dict[str, str] = {}
        self.renamed: dict[str, str] = {}

    def is_record(self, path: str) -> bool:
        """Whether a path is that of a record of the experiment."""
        return path.startswith(f"{self._folder}/") and path.endswith(".yaml")

    def is_void(self, path: str) -> bool:
        """Whether a path is that of a file which voids a trial."""
        return path.startswith(f"{self._folder}/") and path.endswith(voids.SUFFIX)

    def of(self, path: str) -> str:
        """Where a record of ours, or what voids it, lies now."""
        if self.is_void(path):
            record = f"{path.removesuffix(voids.SUFFIX)}.yaml"
            return voids.path_of(self._paths.get(record, record))
        return self._paths.get(path, path)

    def bring(self, path: str, record: Entry) -> str:
        """Where a record that ours adds lies from now on: under its own name where theirs has none of that name, or
        has this very record.
        """
        place = self._place(path, record)
        if place != path:
            self._paths[path] = place
            self.renamed[self._id(path)] = self._id(place)
        return place

    def _place(self, path: str, record: Entry) -> str:
        there = self._there.get(path)
        if there is None or there.oid == record.oid:
            return path
        same = next((p for p, e in self._there.items() if e.oid == record.oid and p.startswith(_arm(path))), None)
        if same is not None:
            return same
        place = trials.next_free(path, self._taken)
        self._taken.add(place)
        return place

    def _id(self, path: str) -> str:
        return path.removeprefix(f"{self._folder}/").removesuffix(".yaml")


def _arm(path: str) -> str:
    return f"{path.rpartition('/')[0]}/"


def _records(git: Git, commit: str, folder: str) -> dict[str, Entry]:
    found = git.objects.at(commit, folder)
    files = {} if found is None else git.objects.files(found.oid)
    return {f"{folder}/{path}": entry for path, entry in files.items() if path.endswith(".yaml")}
