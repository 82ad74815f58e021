"""The runs in progress in this repository: each keeps a file about itself, and a lock that tells that it lives."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from ledger.errors import FormatError, LedgerError
from ledger.machine import locks, origin
from ledger.machine.state_directory import StateDirectory
from ledger.model import run_state
from ledger.model.formats import metrics
from ledger.model.frozen import frozen
from ledger.model.run_state import ProcessIdentity, RunState

# what a run keeps about itself: its state, the same while it is written, and the lock that says that it lives
_SUFFIXES = (".json", ".partial", ".lock")

# how many logs of detached runs are kept
_LOGS = 20


@frozen
class AnnouncedRun:
    """A run that other processes are told of: who it is, and the function that says what it is at."""

    id: str
    origin: ProcessIdentity
    publish: Callable[[RunState], None]


@contextmanager
def published(state_dir: StateDirectory, experiment: str) -> Iterator[AnnouncedRun]:
    """Tell other processes of a run while the block lasts."""
    # what killed runs have left
    for file in _files(state_dir, experiment, held=False):
        state = _read(file)
        if state is None or origin.same_kernel(state.origin):
            for suffix in _SUFFIXES:
                file.with_suffix(suffix).unlink(missing_ok=True)
    for folder in (state_dir.claims, state_dir.stages):
        locks.sweep(folder)
    own = origin.of(os.getpid())
    assert own is not None
    name = os.urandom(4).hex()
    path = state_dir.runs / f"{experiment}+{name}.json"
    with locks.waited_for(path.with_suffix(".lock")):
        turn, ended = Lock(), False

        def publish(state: RunState) -> None:
            # a full disk is no reason to end a run
            with turn, contextlib.suppress(OSError):
                if ended:
                    # a station that an interrupt has cut off: its file would say that the run was killed
                    return
                partial = path.with_suffix(".partial")
                partial.write_text(run_state.dumps(state), "utf-8")
                partial.replace(path)

        try:
            yield AnnouncedRun(id=name, origin=own, publish=publish)
        finally:
            with turn:
                ended = True
                path.unlink(missing_ok=True)


def live(state_dir: StateDirectory, experiment: str | None = None) -> tuple[RunState, ...]:
    """The runs in progress, of one experiment or of all, the first begun first."""
    return _states(state_dir, experiment, held=True)


def cut_off(state_dir: StateDirectory, experiment: str | None = None) -> tuple[RunState, ...]:
    """The runs that were killed, as they were at their last moment, until the experiment's next run begins.

    Those of another machine are left out: whether they have ended cannot be seen from here.
    """
    return tuple(state for state in _states(state_dir, experiment, held=False) if origin.same_kernel(state.origin))


def elsewhere(state_dir: StateDirectory, experiment: str | None = None) -> tuple[RunState, ...]:
    """The runs of other machines of which it cannot be seen from here whether they are still running."""
    return tuple(state for state in _states(state_dir, experiment, held=False) if not origin.same_kernel(state.origin))


def _states(state_dir: StateDirectory, experiment: str | None, *, held: bool) -> tuple[RunState, ...]:
    found = [state for path in _files(state_dir, experiment, held=held) if (state := _read(path)) is not None]
    return tuple(sorted(found, key=lambda state: state.started))


def _read(path: Path) -> RunState | None:
    """What a run says of itself; None where it ends at this moment and takes its file away."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        return run_state.loads(path.read_text("utf-8"))
    return None


def _files(state_dir: StateDirectory, experiment: str | None, *, held: bool) -> list[Path]:
    """The files of the runs that live (`held`), or of those that do not."""
    return [
        path
        for path in sorted(state_dir.runs.glob("*.json"))
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


def stop(state_dir: StateDirectory, state: RunState) -> bool:
    """Ask a run to end as Ctrl-C does: what has finished is kept. False where it has ended by itself.

    Not by SIGINT: a shell has its background jobs ignore that. Raises LedgerError where its process is of another
    machine or container: a process that has the same number here is somebody else's.
    """
    lock = state_dir.runs / f"{state.experiment}+{state.id}.lock"
    if not locks.is_held(lock):
        return False
    if origin.signalled(state.origin, signal.SIGTERM):
        return True
    if not locks.is_held(lock):
        return False
    raise LedgerError(
        f"the run of {state.experiment} is a process of {state.origin.host}, another machine or container than this",
        hint=f"there: ledger status {state.experiment} --stop",
    )


def said(state_dir: StateDirectory, experiment: str) -> Path:
    """A file in which a new detached run writes what it says."""
    return state_dir.runs / f"{experiment}+{os.urandom(4).hex()}.log"


def prune_logs(state_dir: StateDirectory) -> None:
    """Keep what the latest detached runs have said, and no more."""
    logs = sorted(state_dir.runs.glob("*.log"), key=lambda path: path.stat().st_mtime)
    for path in logs[:-_LOGS]:
        path.unlink(missing_ok=True)
