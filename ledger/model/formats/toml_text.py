"""TOML parameter files: read as DVC does, with `tomllib`; edited with tomlkit, which keeps the layout."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import cast

from ledger.model.formats.format import Path, Unreadable, at


def read(text: str) -> object:
    """The tables; none for an empty text."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        end = (text.count("\n") + 1, len(text) - text.rfind("\n"))
        line, column = (int(place[1]), int(place[2])) if place else end
        raise Unreadable(str(error).partition(" (at ")[0], line, column) from error


def edit(text: str, where: Path, changed: object) -> str:
    """The text with the value at a place as it is in `changed`."""
    import tomlkit

    document = tomlkit.parse(text)
    if tomlkit.dumps(document) != text:
        raise ValueError("the layout would not survive")
    container = cast("dict[object, object]", at(document, where[:-1]))
    # by way of text, since tomlkit would make a table of a mapping; what stands behind a key must be inline
    container[where[-1]] = tomlkit.value(_inline(at(changed, where)))
    return tomlkit.dumps(document)


def _inline(value: object) -> str:
    import tomlkit

    if isinstance(value, Mapping):
        members = (f"{tomlkit.key(str(key)).as_string()} = {_inline(item)}" for key, item in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return tomlkit.item(value).as_string()
