"""A command that fails by a fault of ours."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from ledger.cli import console, errors_shown
from ledger.errors import LedgerError
from ledger.git.git import open_repository
from ledger.machine.state_directory import StateDirectory
from ledger.version import __version__

OURS = 3


def fault(error: Exception, *, as_json: bool) -> int:
    """Keep the traceback and say where it is. Returns the exit code."""
    text = "".join(traceback.format_exception(error))
    hint = None
    try:
        folder = StateDirectory(common=open_repository(Path.cwd()).common).faults
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{console.now():%Y%m%dT%H%M%S}-{os.getpid()}.log"
        path.write_text(f"ledger {__version__} {' '.join(sys.argv[1:])}\n\n{text}", "utf-8")
        hint = f"this is a bug in ledger, not your mistake; the details are in {path}"
    except (OSError, LedgerError):
        console.say(text)
    lines = str(error).strip().splitlines()
    said = f"{type(error).__name__}: {lines[-1] if lines else 'no message'}"
    if as_json:
        errors_shown.show_as_json(said, hint, OURS)
        return OURS
    console.say(f"fault: {said}")
    if hint is not None:
        console.say(f"hint: {hint}")
    return OURS
