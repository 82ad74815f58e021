"""The recorded outputs and inputs of DVC, looked for in its caches and local remotes."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.gathered import MissingObjects
from ledger.dvc import config, manifests
from ledger.dvc.store import DIGEST, ObjectState, Store
from ledger.model.experiment import Experiment
from ledger.model.formats.lockfile import Pinned
from ledger.repo import submodules
from ledger.repo.ledger import Ledger


def lacking(ledger: Ledger, store: Store, experiment: Experiment) -> Iterator[MissingObjects]:
    """The recorded outputs, and the inputs that DVC tracks, which no cache here holds whole."""
    caches = config.caches(ledger.git)
    remotes = {at: name for name, at in config.remotes(ledger.git) if at is not None and at not in caches}
    for trial in (record.trial for record in experiment.trials):
        # the files of a submodule its own repository has
        data = {p: pin for p, pin in trial.data.items() if submodules.holding(ledger, trial.code, p) is None}
        for path, pin in [*trial.outs.items(), *data.items()]:
            if pin.md5 is None or not DIGEST.fullmatch(pin.md5):
                # without an md5: a remote file that DVC names by the remote's own mark
                continue
            found: dict[ObjectState, list[str]] = {
                ObjectState.CORRUPT: [],
                ObjectState.ABSENT: [],
                ObjectState.PRESENT: [],
            }
            there: dict[str, list[str]] = {}
            for name, digest, size in _objects(store, path, pin.md5, pin):
                state = store.state(digest, size)
                at = store.holder(digest) if state is ObjectState.CORRUPT else None
                told = there.setdefault(remotes[at], []) if at is not None and at in remotes else found[state]
                told.append(f"{name} ({digest})")
            if there or found[ObjectState.CORRUPT] or found[ObjectState.ABSENT]:
                corrupt, absent = (tuple(sorted(found[state])) for state in (ObjectState.CORRUPT, ObjectState.ABSENT))
                on_remotes = tuple((remote, tuple(sorted(names))) for remote, names in sorted(there.items()))
                yield MissingObjects(trial=trial, corrupt=corrupt, absent=absent, on_remotes=on_remotes)


def _objects(store: Store, path: str, md5: str, pin: Pinned) -> Iterator[tuple[str, str, int | None]]:
    """A checkpoint, and where it is a folder the files in it: path, md5, size where that is known."""
    if md5.endswith(manifests.SUFFIX):
        yield path, md5, None
        yield from ((name, digest, None) for name, digest in store.members(path, md5).items())
    else:
        yield path, md5, pin.size
