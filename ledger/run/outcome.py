"""What came of a trial that has no result: its status, the reason, and what to do about it."""

from __future__ import annotations

import posixpath
import re
import signal
from collections.abc import Iterable
from pathlib import Path

from ledger.dvc.commands import MEMORY, TIMEOUT
from ledger.dvc.repro import PipelineRun
from ledger.model import trial as trials
from ledger.model.trial import Failure

_MISSING = re.compile(
    r"no such file|not found|cannot open|can't open|does not exist|filenotfound|no module named", re.IGNORECASE
)


# how a command ends whose own process was killed: by a signal, as its shell says it, or through a lost page
_KILLED = {code for n in (signal.SIGKILL, signal.SIGBUS) for code in (-n, 128 + n)}

# and what one says that has lost a process of its own
_LOST = re.compile(r"\bkilled\b|sigkill|signal:? 9\b|bus error|terminated abruptly|unexpectedly", re.IGNORECASE)

_FULL = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)


def outcome(
    done: PipelineRun, printed: str, said: str, timeout: float | None, *, full: bool
) -> tuple[str, Failure | None]:
    """The status, and the failure if it is one; `said` are DVC's words, `full` says that its disk has no room left."""
    if done.failed_stage is None:
        return trials.SUCCEEDED, None
    code = done.exit_code
    # where no command failed, DVC's words are the reason
    text, reason = (printed, None) if code is not None else (f"{printed}\n{said}".strip(), " ".join(said.split()))
    # a shell reports the signal that ended its command as 128 + n
    status = trials.KILLED if code is not None and (code < 0 or code in (130, 134, 137, 139, 143)) else trials.FAILED
    if done.cause == TIMEOUT:
        status, reason = trials.TIMED_OUT, f"timed out after {timeout:g} s"
    elif done.cause == MEMORY and (code in _KILLED or _LOST.search(printed)):
        # the kernel counts for all slots together: what ended in another way at the same time has its own reasons
        status, reason = trials.KILLED, "out of memory: killed by the kernel"
    elif full or _FULL.search(text):
        reason = "no space left on a disk"
    return status, Failure(stage=done.failed_stage, exit_code=code, tail=text or said, reason=reason)


def untracked(printed: str, folders: Iterable[str], *, root: Path, slot: Path) -> str | None:
    """What to do about a file that a stage looked for in vain, and that only the user's work tree `root` has.

    `folders` are those in which stages run, relative to the root.
    """
    for name in _missed(printed):
        for folder in dict.fromkeys(folders):
            path = posixpath.normpath(posixpath.join(folder, name))
            if path.startswith(("..", "/")) or path == ".":
                continue
            if (root / path).exists() and not (slot / path).exists():
                return (
                    f"{path} is in your work tree, but neither git nor DVC holds it: git add it, dvc add it, or "
                    "list it under `copy` in ledger.yaml"
                )
    return None


def _missed(printed: str) -> list[str]:
    """The paths that a stage says it did not find."""
    found = []
    for line in printed.splitlines():
        if _MISSING.search(line):
            module = re.search(r"No module named '([\w.]+)'", line)
            if module:
                path = module.group(1).replace(".", "/")
                found += [f"{path}.py", path, path.split("/", maxsplit=1)[0]]
            found += re.findall(r"['\"`]([^'\"`]+)['\"`]", line)
            found += [word.strip(".,:;()[]'\"`") for word in line.split()]
    return list(dict.fromkeys(name for name in found if name and not name.startswith("/")))
