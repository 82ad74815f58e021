"""What commands share with the terminal: opening the ledger, answers to standard output, messages to the other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.errors import LedgerError

if TYPE_CHECKING:
    from ledger.store.ledger import Ledger


@contextmanager
def opened() -> Iterator[Ledger]:
    """The ledger of the current directory."""
    from ledger.store.ledger import open_ledger

    with open_ledger(".") as ledger:
        yield ledger


def answer(text: str) -> None:
    """Print an answer."""
    sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")


def answer_json(document: Any) -> None:
    """Print an answer as JSON."""
    answer(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def say(text: str) -> None:
    """Print a message that is no answer."""
    # where both go to one place, they stand in the order in which they were said
    sys.stdout.flush()
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def warn_unreadable(ledger: Ledger) -> None:
    """Name the experiments that were left out because they cannot be read."""
    for reason in ledger.unreadable().values():
        say(f"warning: passed over: {reason}")


def show_error(error: LedgerError) -> None:
    """Say what is wrong, then what to type."""
    say(f"error: {error.message}")
    if error.hint:
        say(f"hint: {error.hint}")


def columns() -> int:
    """How wide the terminal is; where it is none, `$COLUMNS` or else 80."""
    return shutil.get_terminal_size((80, 24)).columns


def now() -> datetime:
    """The present moment, read in this one place."""
    return datetime.now(UTC)


def edited(prompt: str) -> str:
    """What the user writes into an editor, as git asks for a message. Raises LedgerError where it fails."""
    import tempfile

    editor = os.environ.get("GIT_EDITOR") or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "VERDICT_EDITMSG.md"
        path.write_text("\n" + "".join(f"# {line}".rstrip() + "\n" for line in prompt.splitlines()), "utf-8")
        if subprocess.run(["/bin/sh", "-c", f'{editor} "$1"', editor, str(path)], check=False).returncode != 0:
            raise LedgerError(f"the editor {editor} failed", hint='say it on the command line: -m "…"')
        lines = path.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#")).strip()
