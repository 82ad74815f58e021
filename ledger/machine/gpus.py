"""The graphics processors of this machine, and which of them a slot may use."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from ledger.errors import LedgerError
from ledger.machine import locks
from ledger.machine.state_directory import StateDirectory

VISIBLE = "CUDA_VISIBLE_DEVICES"


def visible(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the GPUs that the caller may use: what CUDA_VISIBLE_DEVICES lists, else all that nvidia-smi knows."""
    if VISIBLE in environment:
        return tuple(name for name in (part.strip() for part in environment[VISIBLE].split(",")) if name)
    asked = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    try:
        done = subprocess.run(asked, env=dict(environment), capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(done.stdout.split()) if done.returncode == 0 else ()


def shared_out(
    state_dir: StateDirectory, environment: Mapping[str, str], *, each: int, slots: int, held: ExitStack
) -> list[dict[str, str]]:
    """For each slot the variable that gives it `each` GPUs of its own, which no other run here has got.

    They are held until the stack is left. Raises LedgerError where there are too few.
    """
    ids = visible(environment)
    if not ids:
        why = f"{VISIBLE} is empty" if VISIBLE in environment else "nvidia-smi finds none"
        raise LedgerError(
            f"no GPU is visible here: {why}",
            hint=f"leave out --gpus-per-trial, or name them: {VISIBLE}=0,1 ledger run --gpus-per-trial {each}",
        )
    free: list[str] = []
    for name in ids:
        if len(free) < each * slots and held.enter_context(
            locks.tried(state_dir.folder / "gpus" / name.replace("/", "-"))
        ):
            free.append(name)
    if len(free) < each * slots:
        taken = len(ids) - len(free)
        used = f", and other runs hold {taken} of them" if taken else ""
        most = len(free) // each
        raise LedgerError(
            f"{slots} slot{'s' if slots > 1 else ''} with {each} each need {each * slots} GPUs; {len(ids)} "
            f"{'are' if len(ids) > 1 else 'is'} visible{used}",
            hint=f"ledger run -j {most} --gpus-per-trial {each}"
            if most
            else "wait until they are free"
            if taken
            else "ask for fewer GPUs per trial",
        )
    return [{VISIBLE: ",".join(_portion(free, n, each))} for n in range(slots)]


def _portion(names: Sequence[str], number: int, each: int) -> Sequence[str]:
    return names[number * each : (number + 1) * each]
