"""Which process a run is: its number alone means nothing in another container, or after a restart."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from ledger.model.run_state import ProcessIdentity


def of(pid: int) -> ProcessIdentity | None:
    """The process with that number here, and when it began; None where there is none."""
    began = _began(pid)
    if began is None:
        return None
    return ProcessIdentity(host=os.uname().nodename, boot=_boot(), namespace=_namespace(), pid=pid, began=began)


def same_kernel(origin: ProcessIdentity) -> bool:
    """Whether locks that the process holds are seen here, so that their absence means that it has ended.

    They are where it runs under this kernel, and where this machine has been started again since. Locks on a shared
    file system may be known to the machine that took them alone.
    """
    return origin.boot == _boot() or origin.host == os.uname().nodename


def signalled(origin: ProcessIdentity, number: int) -> bool:
    """Send the process a signal. False where its number is not of this place, or has been given to another since."""
    if of(origin.pid) != origin:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(origin.pid, number)
        return True
    return False


def _boot() -> str:
    """What tells one start of one kernel from all others."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        import psutil

        # macOS: to the second, and only as good as its clock
        return f"{os.uname().nodename} {psutil.boot_time():.0f}"


def _namespace() -> str:
    """The numbering that process ids are of; "" where the system has one."""
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115
    except OSError:
        return ""


def _began(pid: int) -> str | None:
    """When a process began: in ticks since the start of the kernel, which no clock can shift, where it says so."""
    try:
        # the name before it may hold blanks and brackets
        return Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        if Path("/proc/self/stat").exists():
            return None
    import psutil

    try:
        return repr(psutil.Process(pid).create_time())
    except psutil.Error:
        return None
