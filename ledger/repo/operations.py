"""The operations log: which command moved which refs from where to where, for whoever wants to take one back.

A file beside the index, a JSON document a line. It is written before refs move: of a command that was killed in
between it names moves that were not made, which the refs themselves tell.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ledger.git.refs import RefChange
from ledger.model.frozen import frozen


@frozen
class Operation:
    """What one command did: when, by which command line, why as the reflog has it, and the refs that it moved."""

    when: datetime
    command: str
    reason: str
    moves: tuple[RefChange, ...]


def command_line() -> str:
    """How the present process was called, as one would type it."""
    program, *arguments = sys.argv or ["ledger"]
    return shlex.join([Path(program).name, *arguments])


def append(path: Path, operation: Operation) -> None:
    """Add an operation to the log, on a line of its own also behind one that was cut off.

    The caller holds the repository's lock.
    """
    moves = [{"ref": move.ref, "from": move.old, "to": move.new} for move in operation.moves]
    entry = {
        "when": operation.when.astimezone(UTC).isoformat(timespec="seconds"),
        "command": operation.command,
        "reason": operation.reason,
        "moves": moves,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as stream:
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":
                stream.write(b"\n")
        stream.write(json.dumps(entry).encode() + b"\n")


def read(path: Path) -> Sequence[Operation]:
    """The operations, the oldest first; a line that was cut off by a full disk or a kill is skipped."""
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    found = []
    for line in lines:
        try:
            entry = json.loads(line)
            moves = tuple(RefChange(ref=m["ref"], old=m["from"], new=m["to"]) for m in entry["moves"])
            when = datetime.fromisoformat(entry["when"])
            found.append(Operation(when=when, command=entry["command"], reason=entry["reason"], moves=moves))
        except (ValueError, KeyError, TypeError):
            continue
    return found
