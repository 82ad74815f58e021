"""The `.dir` objects of DVC's cache: what a folder holds, as JSON that DVC names by its md5."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from ledger.errors import FormatError

SUFFIX = ".dir"

# about four million files; more is read into several gigabytes of memory
MAX_BYTES = 400_000_000

_MD5 = re.compile(r"[0-9a-f]{32}")


def parse(data: bytes) -> dict[str, str] | None:
    """The md5s of a folder's files by their path there; None where the data is no manifest."""
    try:
        return {str(entry["relpath"]): str(entry.get("md5")) for entry in json.loads(data)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def read(data: bytes) -> dict[str, str]:
    """The same of a manifest that new ones are made of, which anybody may have written.

    Raises FormatError, which says what is wrong: no list of files, a path that is not one below the folder, a path
    that stands there twice, a hash that is none, or more than `MAX_BYTES`.
    """
    if len(data) > MAX_BYTES:
        raise FormatError(f"it has {len(data):,} bytes, more than the {MAX_BYTES:,} that are read")
    try:
        entries = json.loads(data)
    except (ValueError, RecursionError):
        raise FormatError("it is not JSON") from None
    if not isinstance(entries, list):
        raise FormatError("it is not a list of files")
    found: dict[str, str] = {}
    for entry in entries:
        path, md5 = (entry.get("relpath"), entry.get("md5")) if isinstance(entry, dict) else (None, None)
        if not isinstance(path, str) or not isinstance(md5, str) or not _MD5.fullmatch(md5):
            raise FormatError(f"{str(entry)[:80]!r} is not a file with its md5")
        found[path] = md5
    if len(found) != len(entries):
        raise FormatError("it names a file twice")
    _require_plain(found)
    return found


def _require_plain(paths: Mapping[str, str]) -> None:
    """Refuse paths that lead elsewhere, and files that are folders of others."""
    for path in paths:
        if path in _NOWHERE or path[0] == "/" or "//" in path or _LEADS_AWAY.search(path) or "\0" in path:
            raise FormatError(f"{path[:80]!r} is not a path below the folder")
        above = path.rpartition("/")[0]
        if above and above in paths:
            raise FormatError(f"{above[:80]!r} is a file, and a folder too")


_NOWHERE = ("", ".", "..")
_LEADS_AWAY = re.compile(r"(?:^|/)\.\.?(?:/|$)|/$|\\")


def dumps(members: Mapping[str, str]) -> bytes:
    """The manifest of a folder with these files, byte for byte as DVC writes it."""
    entries = [{"md5": md5, "relpath": path} for path, md5 in sorted(members.items())]
    return json.dumps(entries, sort_keys=True).encode()


def digest(members: Mapping[str, str]) -> str:
    """The name that DVC gives a folder with these files."""
    return named(dumps(members))


def named(data: bytes) -> str:
    """The name that DVC gives a manifest."""
    return hashlib.md5(data).hexdigest() + SUFFIX
