"""The `.dir` objects of DVC's cache: what a folder holds, as JSON that DVC names by its md5."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

SUFFIX = ".dir"


def parse(data: bytes) -> dict[str, str] | None:
    """The md5s of a folder's files by their path there; None where the data is no manifest."""
    try:
        return {str(entry["relpath"]): str(entry.get("md5")) for entry in json.loads(data)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def dumps(members: Mapping[str, str]) -> bytes:
    """The manifest of a folder with these files, byte for byte as DVC writes it."""
    entries = [{"md5": md5, "relpath": path} for path, md5 in sorted(members.items())]
    return json.dumps(entries, sort_keys=True).encode()


def digest(members: Mapping[str, str]) -> str:
    """The name that DVC gives a folder with these files."""
    return hashlib.md5(dumps(members)).hexdigest() + SUFFIX
