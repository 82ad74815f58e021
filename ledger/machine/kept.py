"""Files of caches: written at once or not at all, by any of several processes."""

from __future__ import annotations

import os
from pathlib import Path


def keep(path: Path, text: str) -> None:
    """Write a cache file; a cache that cannot be written is not an error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(text, "utf-8")
        partial.replace(path)
    except OSError:
        return
