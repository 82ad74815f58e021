"""What is installed in a `python`: the first half of the script that `_probe.py` is the other half of.

What is said there of its syntax and imports holds here too.
"""
# `pathlib` takes too long to import:
# ruff: noqa: PTH113, PTH118, PTH120, PTH123, PTH208

import os
import sys

if __name__ == "__main__":
    # What this script imports must be the standard library's, whatever lies in the current directory or on
    # PYTHONPATH (say `json.py`). `-P` and `-I` would do that, but `-P` is new in 3.11 and `-I`
    # drops PYTHONPATH.
    if sys.path[:1] == [""]:
        del sys.path[0]
    _path = list(sys.path)
    _library = os.path.dirname(os.__file__)
    sys.path.sort(key=lambda entry: entry not in (_library, os.path.join(_library, "lib-dynload")))

import importlib.machinery  # noqa: F401  this one and the two below for the other half
import itertools
import json
import re
import site  # noqa: F401
import types  # noqa: F401

if __name__ == "__main__":
    sys.path[:] = _path

TYPE_CHECKING = False  # the `typing` module takes as long to import as the rest of this script takes to run
if TYPE_CHECKING:
    from collections.abc import Iterable

WELL_FORMED = re.compile(r"([A-Za-z0-9._]+)-([0-9][A-Za-z0-9.!+]*)\.dist-info")


class Distribution:
    """An installed distribution: the path of its metadata, and its name and version."""

    def __init__(self, path: str, name: str, version: str) -> None:
        self.path = path
        self.name = re.sub(r"[-_.]+", "-", name).lower()
        self.version = version


def distributions() -> "list[Distribution]":
    """All that is installed on `sys.path`, in the order of the path; names may repeat."""
    found = []
    for entry in sys.path:
        if entry.endswith(".egg"):
            found.append(_read(os.path.join(entry, "EGG-INFO")))
        for name in listed(entry):
            # pip sets folders aside as `~name` while it replaces them, and may leave them
            if name.endswith((".dist-info", ".egg-info")) and not name.startswith("~"):
                path = os.path.join(entry, name)
                match = WELL_FORMED.fullmatch(name)
                if match is None:
                    found.append(_read(path))
                elif os.path.isfile(os.path.join(path, "METADATA")):  # else left over from an uninstallation
                    found.append(Distribution(path, match.group(1), match.group(2)))
    return [distribution for distribution in found if distribution is not None]


def packages(installed: "Iterable[Distribution]") -> "dict[str, str]":
    """Versions by normalised name. The first folder of the path wins; two versions in one are both given."""
    versions = {}  # type: dict[str, tuple[str, list[str]]]
    for distribution in installed:
        folder = os.path.dirname(distribution.path)
        first, known = versions.setdefault(distribution.name, (folder, []))
        if first == folder and distribution.version not in known:
            known.append(distribution.version)
    return {name: ", ".join(sorted(known)) for name, (_, known) in versions.items()}


def _read(path: str) -> "Distribution | None":
    for name in ("METADATA", "PKG-INFO", ""):
        try:
            with open(os.path.join(path, name) if name else path, encoding="utf-8", errors="replace") as lines:
                head = [line.split(":", 1) for line in itertools.takewhile(str.strip, lines) if ":" in line]
        except OSError:
            continue
        fields = {pair[0].lower(): pair[1].strip() for pair in reversed(head)}
        if fields.get("name"):
            return Distribution(path, fields["name"], fields.get("version") or "unknown")
    return None


def listed(folder: str) -> "list[str]":
    try:
        return sorted(os.listdir(folder)) if folder else []
    except OSError:
        return []


def editable_project(metadata: str) -> "str | None":
    try:
        with open(os.path.join(metadata, "direct_url.json"), encoding="utf-8") as file:
            origin = json.load(file)
        if origin["dir_info"]["editable"] and origin["url"].startswith("file:"):
            from urllib.parse import unquote_to_bytes, urlsplit

            return os.fsdecode(unquote_to_bytes(urlsplit(origin["url"]).path))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass  # not there, as for most, or not as specified
    return None


def words(path: str) -> "list[str]":
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().split()
    except (OSError, ValueError):
        return []
