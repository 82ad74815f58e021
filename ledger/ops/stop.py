"""`ledger status --stop`: end the runs of an experiment; what has finished is kept."""

from __future__ import annotations

import time

from ledger.errors import LedgerError
from ledger.machine.state_directory import StateDirectory
from ledger.model.run_state import RunState
from ledger.repo import runs

# how long a run may take to end its trials and to keep what has finished, in seconds
_PATIENCE = 30.0


def stop(state_dir: StateDirectory, name: str) -> RunState:
    """Ask the runs to end, and wait until they have; returns how far the first had come.

    Raises LedgerError where none is in progress, or one does not end in time.
    """
    states = [state for state in runs.live(state_dir, name) if runs.stop(state_dir, state)]
    if not states:
        raise LedgerError(f"no run of {name} is in progress", hint=f"ledger status {name}")
    asked = {state.id for state in states}
    patience = time.monotonic() + _PATIENCE
    while any(state.id in asked for state in runs.live(state_dir, name)):
        if time.monotonic() > patience:
            pids = ", ".join(str(state.pid) for state in states)
            raise LedgerError(
                f"the run has not ended yet (process {pids})", hint="wait, or kill -9 it: nothing is lost"
            )
        time.sleep(0.05)
    return states[0]
