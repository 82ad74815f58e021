"""What the stages of a trial printed, without what only this machine knows."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from ledger.report.text import uncoloured

# a disk with less room than this counts as full, and of a log that fills it so much is kept, in bytes
ROOM = 16 * 1024 * 1024
_END_OF_LOG = 64 * 1024


def hidden(text: str, paths: Sequence[Path]) -> str:
    """The text with what lies below these paths named relative to them: they are this machine's."""
    for path in paths:
        text = text.replace(f"{path}/", "").replace(str(path), ".")
    return text


def tail(log: Path, *, start: int, hide: Sequence[Path], lines: int = 20, limit: int = 4000) -> str:
    """The last lines of a log from byte `start` on, without control characters and without this machine's paths."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(start, stream.seek(0, 2) - 10 * limit))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    text = hidden(uncoloured(text), hide)
    # a progress bar rewrites its line: what stands last is what a terminal would show
    shown = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))
    clean = ("".join(c if c.isprintable() or c == "\t" else "?" for c in line).rstrip() for line in shown)
    return "\n".join([line for line in clean if line][-lines:])[-limit:].strip()


def shorten(log: Path) -> None:
    """Keep the end alone of a log that leaves no room on its disk."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > _END_OF_LOG and shutil.disk_usage(log.parent).free < ROOM:
            with log.open("r+b") as stream:
                stream.seek(-_END_OF_LOG, os.SEEK_END)
                end = stream.read()
                stream.seek(0)
                stream.truncate()
                stream.write(b"[the disk was full: what stood above is gone]\n" + end)
