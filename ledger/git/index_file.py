"""What the index of a work tree surely does not hold, read from its file as gitformat-index(5) describes it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

# names are written whole in these versions; the next one leaves out what a name shares with the one before it
_WHOLE: Final = (b"DIRC\0\0\0\2", b"DIRC\0\0\0\3")
# what else may hold entries: another file, and folders that stand for all below them
_ELSEWHERE: Final = (b"link", b"sdir")
# bytes from which on git finds names sooner
_LARGE: Final = 8 << 20


def may_name(folder: Path, ending: str) -> bool:
    """Whether a path in the index may end so; `folder` is the work tree's own git directory. No is certain."""
    try:
        index = folder / "index"
        if index.stat().st_size > _LARGE:
            return True
        data = index.read_bytes()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return not data.startswith(_WHOLE) or any(one in data for one in (*_ELSEWHERE, os.fsencode(ending) + b"\0"))
