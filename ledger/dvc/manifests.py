"""The `.dir` objects of DVC's cache: what a folder holds, as JSON that DVC names by its md5."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from ledger.errors import FormatError

SUFFIX = ".dir"

# about four million files; more is read into several gigabytes of memory
MAX_BYTES = 400_000_000


def parse(data: bytes) -> dict[str, str] | None:
    """The md5s of a folder's files by their path there; None where the data is not a manifest."""
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
    try:
        paths = [entry["relpath"] for entry in entries]
        md5s = [entry["md5"] for entry in entries]
        joined = "\0".join(paths)
        sound = _MD5S.fullmatch("\0".join([*md5s, ""])) and joined.count("\0") == max(len(paths) - 1, 0)
    except (TypeError, KeyError):
        sound = None
    if not sound or (paths and _LEADS_AWAY.search(joined)):
        raise FormatError(_unsound(entries))
    found = dict(zip(paths, md5s, strict=True))
    if len(found) != len(entries):
        raise FormatError("it names a file twice")
    folders = {path.rpartition("/")[0] for path in paths}
    for above in {folder[:at] for folder in folders for at in _ends(folder)} - {""}:
        if above in found:
            raise FormatError(f"{above[:80]!r} is a file, and a folder too")
    return found


# of many at once, a NUL between them: a hundred thousand are looked at in a moment
_MD5S = re.compile(r"(?:[0-9a-f]{32}\0)*")
_LEADS_AWAY = re.compile(r"(?:\A|[\0/])\.{0,2}(?:[\0/]|\Z)|\\")


def _unsound(entries: list[Any]) -> str:
    """What is wrong with the first entry that is not a file, or one elsewhere."""
    for entry in entries:
        path, md5 = (entry.get("relpath"), entry.get("md5")) if isinstance(entry, dict) else (None, None)
        if not isinstance(path, str) or not isinstance(md5, str) or not _MD5S.fullmatch(f"{md5}\0"):
            return f"{str(entry)[:80]!r} is not a file with its md5"
        if "\0" in path or _LEADS_AWAY.search(path):
            return f"{path[:80]!r} is not a path below the folder"
    return "it is not a list of files"


def _ends(folder: str) -> list[int]:
    """Where the folder's own name ends, and those of the folders that it lies in."""
    return [*(at for at, sign in enumerate(folder) if sign == "/"), len(folder)]


def dumps(members: Mapping[str, str]) -> bytes:
    """The manifest of a folder with these files, byte for byte as DVC writes it."""
    # ten times as fast as json.dumps of as many mappings
    files = (f'{{"md5": {_quoted(md5)}, "relpath": {_quoted(path)}}}' for path, md5 in sorted(members.items()))
    return f"[{', '.join(files)}]".encode()


def digest(members: Mapping[str, str]) -> str:
    """The name that DVC gives a folder with these files."""
    return named(dumps(members))


def named(data: bytes) -> str:
    """The name that DVC gives a manifest."""
    return hashlib.md5(data).hexdigest() + SUFFIX
