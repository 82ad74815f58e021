"""The recorded outputs and inputs of DVC, looked for in its caches and local remotes."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.findings import DATA, Finding
from ledger.dvc import config, manifests
from ledger.dvc.store import DIGEST, State, Store
from ledger.git.git import Git
from ledger.model.experiment import Experiment
from ledger.model.formats.lockfile import Pinned
from ledger.model.listing import are


def lacking(git: Git, store: Store, experiment: Experiment) -> Iterator[Finding]:
    """The recorded outputs, and the inputs that DVC tracks, which no cache here holds whole."""
    named = ", ".join(dict.fromkeys(name for name, _ in config.remotes(git)))
    where = f"a remote may have what is missing ({named}): dvc fetch" if named else "nowhere here, and no remote is set"
    for record in experiment.trials:
        trial = record.trial
        for path, pin in [*trial.outs.items(), *trial.data.items()]:
            if pin.md5 is None or not DIGEST.fullmatch(pin.md5):
                # without an md5: a remote file that DVC names by the remote's own mark
                continue
            states: dict[State, list[str]] = {}
            for name, digest, size in _objects(store, path, pin.md5, pin):
                states.setdefault(store.state(digest, size), []).append(f"{name} ({digest})")
            if State.CORRUPT in states:
                message = (
                    f"{are(sorted(states[State.CORRUPT]), 3)} in the cache, but not with the content that the name says"
                )
                yield Finding(check=DATA, trial=trial.id, message=message)
            if State.ABSENT in states:
                message = f"{are(sorted(states[State.ABSENT]), 3)} not in the cache; {where}"
                yield Finding(check=DATA, trial=trial.id, message=message, problem=False)


def _objects(store: Store, path: str, md5: str, pin: Pinned) -> Iterator[tuple[str, str, int | None]]:
    """A checkpoint, and where it is a folder the files in it: path, md5, size where that is known."""
    if md5.endswith(manifests.SUFFIX):
        yield path, md5, None
        yield from ((name, digest, None) for name, digest in store.members(path, md5).items())
    else:
        yield path, md5, pin.size
