"""Processes that trials start: finding what is left of them, and ending it.

Every process of a trial carries the mark of its slot in its environment, so that what a killed run left behind is found
without a list that somebody would have had to keep.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.model.frozen import frozen

if TYPE_CHECKING:
    import psutil

# the environment variable that names the slot
MARK = "LEDGER_SLOT"

# how long a process may take to end in its own way, in seconds
GRACE = 3.0

_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> bool:
    """Become the parent of whatever our children leave behind (Linux); False where the system has no such thing."""
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def descendants(pid: int) -> list[psutil.Process]:
    """All processes below a process; none where it is gone."""
    import psutil

    try:
        return list(psutil.Process(pid).children(recursive=True))
    except psutil.Error:
        return []


def marked(slot: Path) -> list[psutil.Process]:
    """The processes that carry the mark of a slot, ourselves left out."""
    import psutil

    found = []
    for pid in psutil.pids():
        # somebody else's, or gone meanwhile
        with contextlib.suppress(psutil.Error, OSError):
            if pid != os.getpid() and _mark(pid) == str(slot):
                found.append(psutil.Process(pid))
    return found


def _mark(pid: int) -> str | None:
    """The mark that a process carries."""
    import psutil

    if not sys.platform.startswith("linux"):
        return psutil.Process(pid).environ().get(MARK)
    # a machine has hundreds of processes, and psutil makes a dictionary of each one's environment
    held = b"\0" + Path(f"/proc/{pid}/environ").read_bytes()
    _, given, rest = held.partition(f"\0{MARK}=".encode())
    return os.fsdecode(rest.partition(b"\0")[0]) if given else None


def end(processes: Iterable[psutil.Process], *, grace: float = GRACE) -> None:
    """Ask processes to end, and kill after `grace` seconds those that have not."""
    import psutil

    living = list(processes)
    for process in living:
        with contextlib.suppress(psutil.Error):
            # one that is stopped hears nothing
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGCONT)
    living = _living(living, within=grace)
    for process in living:
        with contextlib.suppress(psutil.Error):
            process.kill()
    _living(living, within=GRACE)


def _living(processes: list[psutil.Process], *, within: float) -> list[psutil.Process]:
    """Those that have not ended within so many seconds.

    One whose parent has not asked how it ended has ended all the same. An orphan's new parent may ask but once a
    second, and in a container never.
    """
    import psutil

    until = time.monotonic() + within
    while processes and (left := until - time.monotonic()) > 0:
        _, processes = psutil.wait_procs(processes, timeout=min(left, 0.05))
        processes = [process for process in processes if not _has_ended(process)]
    return processes


def _has_ended(process: psutil.Process) -> bool:
    import psutil

    try:
        # with more threads than one it is the first alone that has ended
        return bool(process.status() == psutil.STATUS_ZOMBIE and process.num_threads() < 2)
    except psutil.NoSuchProcess:
        return True


def end_marked(slot: Path, *, grace: float = GRACE) -> None:
    """End all that carries a slot's mark, and what these start meanwhile."""
    for _ in range(3):
        found = marked(slot)
        if not found:
            return
        end(found, grace=grace)


@frozen
class MemoryKills:
    """How often the kernel has killed a process for memory; `own`: of our control group, and not of the machine."""

    count: int
    own: bool


def memory_kills() -> MemoryKills | None:
    """The kills so far; None where the kernel does not say.

    Of our own control group where that counts (`memory.events`, `memory.oom_control`), else of the machine.
    """
    for file, own in [*((file, True) for file in _group_counters()), (_MACHINE, False)]:
        with contextlib.suppress(OSError, ValueError, IndexError):
            for line in file.read_text().splitlines():
                if line.split(" ")[0] == "oom_kill":
                    return MemoryKills(count=int(line.split(" ")[1]), own=own)
    return None


_MACHINE = Path("/proc/vmstat")


def _group_counters() -> list[Path]:
    found = []
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                found.append(Path(f"/sys/fs/cgroup{path}/memory.events"))
            elif "memory" in controllers.split(","):
                found.append(Path(f"/sys/fs/cgroup/memory{path}/memory.oom_control"))
    return found
