"""The runs that are at work in this repository: each keeps a file about itself, and a lock that tells that it lives."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import FormatError
from ledger.model import metrics, run_state
from ledger.model.run_state import RunState
from ledger.store import locks
from ledger.store.place import Place

# what a run keeps about itself: its state, the same while it is written, and the lock that says that it lives
_SUFFIXES = (".json", ".partial", ".lock")


@contextmanager
def published(place: Place, experiment: str) -> Iterator[Callable[[RunState], None]]:
    """Tell other processes of a run while the block lasts; gives the function that says what it is at."""
    # what killed runs have left
    for file in _files(place, experiment, held=False):
        for suffix in _SUFFIXES:
            file.with_suffix(suffix).unlink(missing_ok=True)
    for folder in (place.claims, place.stages):
        locks.sweep(folder)
    path = place.runs / f"{experiment}+{os.getpid()}.json"
    with locks.waited_for(path.with_suffix(".lock")):

        def publish(state: RunState) -> None:
            # a full disk is no reason to end a run
            with contextlib.suppress(OSError):
                partial = path.with_suffix(".partial")
                partial.write_text(run_state.dumps(state), "utf-8")
                partial.replace(path)

        try:
            yield publish
        finally:
            path.unlink(missing_ok=True)


def live(place: Place, experiment: str | None = None) -> tuple[RunState, ...]:
    """The runs at work, of one experiment or of all, the first begun first."""
    return _states(place, experiment, held=True)


def cut_off(place: Place, experiment: str | None = None) -> tuple[RunState, ...]:
    """The runs that were killed, as they were at their last moment, until the experiment's next run begins."""
    return _states(place, experiment, held=False)


def _states(place: Place, experiment: str | None, *, held: bool) -> tuple[RunState, ...]:
    found = []
    for path in _files(place, experiment, held=held):
        # one that ends at this moment takes its file away
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            found.append(run_state.loads(path.read_text("utf-8")))
    return tuple(sorted(found, key=lambda state: state.started))


def _files(place: Place, experiment: str | None, *, held: bool) -> list[Path]:
    """The files of the runs that live (`held`), or of those that do not."""
    return [
        path
        for path in sorted(place.runs.glob("*.json"))
        if experiment in (None, path.stem.rpartition("+")[0]) and locks.is_held(path.with_suffix(".lock")) is held
    ]


def latest(state: RunState) -> dict[str, dict[str, float]]:
    """The numbers that running trials have written so far, by trial; what they found there before is left out."""
    found = {}
    for trial in state.running:
        files = {name: _numbers(Path(trial.slot, name), trial.started.timestamp()) for name in trial.metrics}
        merged = metrics.merge({name: values for name, values in files.items() if values})
        if merged:
            found[trial.trial] = merged
    return found


def _numbers(path: Path, since: float) -> dict[str, float]:
    try:
        if path.stat().st_mtime < since:
            return {}
        return metrics.parse(path.name, path.read_text("utf-8"))[0]
    except (OSError, ValueError, FormatError):
        # not there yet, or half written
        return {}


def stop(place: Place, state: RunState) -> bool:
    """Ask a run to end as Ctrl-C does: what has finished is kept. False where it has ended by itself.

    Not by SIGINT: a shell has its background jobs ignore that.
    """
    if not locks.is_held(place.runs / f"{state.experiment}+{state.pid}.lock"):
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(state.pid, signal.SIGTERM)
        return True
    return False


def said(place: Place, experiment: str, pid: int) -> Path:
    """Where a detached run writes what it says."""
    return place.runs / f"{experiment}+{pid}.log"
