"""Reading numbers out of metrics files."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from ledger.errors import FormatError
from ledger.model.formats import yaml12
from ledger.model.parameters import flatten, merge_files


def parse(path: str, text: str) -> tuple[dict[str, float], tuple[str, ...]]:
    """The numbers of one metrics file by dotted key, and the keys that hold something else.

    JSON, YAML and TOML, told by the suffix. NaN and infinities are numbers here (a diverged run is a result);
    booleans count as 0 and 1. Raises FormatError where the file is empty or cannot be parsed.
    """
    if not text.strip():
        raise FormatError(f"the metrics file {path} is empty")
    try:
        document = _load(path, text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the metrics file {path} cannot be read: {error}") from None
    if isinstance(document, int | float) and not isinstance(document, bool):
        document = {path.rsplit("/", 1)[-1].rsplit(".", 1)[0]: document}
    if not isinstance(document, dict):
        kind = "a list" if isinstance(document, list) else repr(document)
        raise FormatError(f"the metrics file {path} holds {kind}, not names with numbers")
    numbers: dict[str, float] = {}
    others = []
    for key, value in flatten(document).items():
        if isinstance(value, bool):
            numbers[key] = int(value)
        elif isinstance(value, int | float):
            numbers[key] = _finite_or_infinite(value)
        else:
            others.append(key)
    return numbers, tuple(others)


def _finite_or_infinite(value: float) -> float:
    """The number, or an infinity for a whole one that no float can hold, as `1e400` is read."""
    try:
        float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return value


def merge(files: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The metrics of several files as one mapping; a key that two files share is `file:key`."""
    merged: Mapping[str, Any] = merge_files(files)
    return dict(merged)


def _load(path: str, text: str) -> object:
    if path.endswith(".json"):
        return json.loads(text)
    if path.endswith(".toml"):
        import tomllib

        return tomllib.loads(text)
    return yaml12.loads(text)
