"""Moving refs: several at once or none, each by compare-and-swap, with a reason."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ledger.errors import LedgerError
from ledger.git.git import DURABLE, ZERO, Git
from ledger.git.process import GitError, call
from ledger.model.frozen import frozen

# why git cannot lock a ref that nobody else has moved
_DENIED = ("Permission denied", "Read-only file system", "Operation not permitted")
_SHORT = ("No space left on device", "Disk quota exceeded", "Too many open files", "Input/output error")

# somebody else's commit or `git gc` holds a lock for a moment only (milliseconds)
_PATIENT = ("-c", "core.filesRefLockTimeout=2000", "-c", "core.packedRefsTimeout=2000")


@frozen
class RefChange:
    """A compare-and-swap of one ref: `old` None means that it must not exist, `new` None deletes it."""

    ref: str
    old: str | None
    new: str | None


def move(git: Git, changes: Sequence[RefChange], reason: str) -> bool:
    """Make all changes at once or none; False where a ref is no longer what a change says.

    Raises LedgerError where another git process does not let go of a ref.
    """
    lines = []
    for change in changes:
        if change.new is None:
            lines.append(f"delete {change.ref}\0{change.old or ''}\0")
        else:
            lines.append(f"update {change.ref}\0{change.new}\0{change.old or ZERO}\0")
    # no reflogs but those that git keeps by itself, of branches: at one of an annotated tag `git gc` prints errors
    arguments = [*DURABLE, *_PATIENT, "update-ref", "-m", reason, "-z", "--stdin"]
    done = call(arguments, cwd=git.root, stdin=os.fsencode("".join(lines)))
    if done.returncode == 0:
        return True
    said = done.stderr.decode(errors="replace")
    if "File exists" in said:
        raise LedgerError(
            f"another git process holds a ref: {next(line for line in said.splitlines() if 'File exists' in line)}",
            hint="wait for it, then try again; if none is running, remove that file",
        )
    denied = next((line for line in said.splitlines() if any(why in line for why in _DENIED)), None)
    if denied is not None:
        raise LedgerError(
            f"git cannot write its refs: {denied.removeprefix('fatal: ')}",
            hint="ls -ld .git/refs shows whose they are, and whether they are read-only; then try again",
        )
    if any(why in said for why in _SHORT):
        # the ref has not moved: the system lacks something
        raise GitError(arguments, said)
    if "cannot lock ref" in said or "reference already exists" in said or "is at" in said:
        return False
    raise GitError(arguments, said)
