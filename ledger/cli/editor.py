"""A text that the user writes into an editor."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from ledger.errors import LedgerError


def edited(prompt: str) -> str:
    """What the user writes into an editor, as git asks for a message. Raises LedgerError where it fails."""
    editor = os.environ.get("GIT_EDITOR") or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "VERDICT_EDITMSG.md"
        path.write_text("\n" + "".join(f"# {line}".rstrip() + "\n" for line in prompt.splitlines()), "utf-8")
        if subprocess.run(["/bin/sh", "-c", f'{editor} "$1"', editor, str(path)], check=False).returncode != 0:
            raise LedgerError(f"the editor {editor} failed", hint='say it on the command line: -m "…"')
        lines = path.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#")).strip()
