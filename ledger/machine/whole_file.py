"""A file that a user has asked for: written whole or not at all."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from ledger.errors import LedgerError


def write(content: bytes, output: Path) -> None:
    """Write the file; what was there before stays until all is written. Raises LedgerError where that fails."""
    try:
        if output.exists() and not output.is_file():
            # a pipe or a device takes what comes
            output.write_bytes(content)
            return
        target = output.resolve()
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            partial.write_bytes(content)
            if target.exists():
                shutil.copymode(target, partial)
            partial.replace(target)
        finally:
            with suppress(FileNotFoundError):
                partial.unlink()
    except (OSError, RuntimeError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        hint = "-o FILE in a folder that exists"
        raise LedgerError(f"cannot write {output}: {said}", hint=hint) from None
