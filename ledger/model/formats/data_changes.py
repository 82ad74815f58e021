"""The plan's `groups:` and an arm's `data:` as mappings of paths, read and written.

Readers raise FormatError, which names the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from ledger.errors import FormatError
from ledger.model import bounds
from ledger.model.data_change import DataChange, Grouping, checked_path
from ledger.model.plan import BASE

T = TypeVar("T")


def read_changes(given: object, key: str) -> dict[str, DataChange]:
    """The changes of data by path that an arm's `data:` asks for; `key` is what errors call it."""
    return {path: _change(one, f"{key}.{path}") for path, one in _by_path(given, key).items()}


def change_mapping(change: DataChange) -> dict[str, Any]:
    """The change as it is written."""
    known = {
        "at": change.at,
        "without": list(change.without) or None,
        "only": list(change.only) or None,
        "keep": change.keep,
        "draw": change.draw,
    }
    return {key: value for key, value in known.items() if value is not None}


def read_groups(given: object) -> dict[str, Grouping]:
    """How the files of paths fall into groups, from the plan's `groups:`."""
    return {path: _grouping(one, f"groups.{path}") for path, one in _by_path(given, "groups").items()}


def group_mapping(grouping: Grouping) -> dict[str, Any]:
    """The grouping as it is written."""
    known = {"by": grouping.by, "path": grouping.path, "group": grouping.group}
    return {key: value for key, value in known.items() if value is not None}


def _by_path(given: object, key: str) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise FormatError(f"`{key}` is not a mapping of paths")
    for path in given:
        try:
            checked_path(str(path))
        except ValueError as error:
            raise FormatError(f"`{key}`: {error}") from None
    return {str(path): one for path, one in given.items()}


def _change(given: object, key: str) -> DataChange:
    _only(given, ("at", "without", "only", "keep", "draw"), key)
    assert isinstance(given, Mapping)
    at, keep, draw = given.get("at"), given.get("keep"), given.get("draw")
    if at is not None and at != BASE and not bounds.is_full_id(at):
        raise FormatError(f"`{key}.at` is {at!r}; it may be `base` or the full id of a commit (git rev-parse)")
    if keep is not None and (isinstance(keep, bool) or not isinstance(keep, int | float)):
        raise FormatError(f"`{key}.keep` is {keep!r}: a share between 0 and 1")
    if draw is not None and (isinstance(draw, bool) or not isinstance(draw, int)):
        raise FormatError(f"`{key}.draw` is {draw!r}: a whole number, which says which sample")
    groups = {name: _names(given, name, key) for name in ("without", "only")}
    return _made(DataChange, key, at=at, keep=keep, draw=draw, **groups)


def _grouping(given: object, key: str) -> Grouping:
    _only(given, ("by", "path", "group"), key)
    assert isinstance(given, Mapping)
    for name in ("by", "path", "group"):
        value = given.get(name)
        if not isinstance(value, str) and (value is not None or name == "by"):
            raise FormatError(f"`{key}.{name}` is {value!r}, not a text")
    return _made(Grouping, key, by=given["by"], path=given.get("path"), group=given.get("group"))


def _only(given: object, known: tuple[str, ...], key: str) -> None:
    if not isinstance(given, Mapping) or not given or set(given) - set(known):
        raise FormatError(f"`{key}` may hold {', '.join(f'`{name}:`' for name in known)} only")


def _names(given: Mapping[Any, Any], name: str, key: str) -> tuple[str, ...]:
    if given.get(name) is None:
        return ()
    value = given[name]
    if not isinstance(value, list) or not value:
        raise FormatError(f"`{key}.{name}` is {value!r}: a list of groups, as [site-c]")
    strange = [one for one in value if not isinstance(one, str) or not one]
    if strange:
        raise FormatError(f"`{key}.{name}` has {strange[0]!r}, not the name of a group: write it in quotes")
    return tuple(value)


def _made(kind: type[T], key: str, **given: Any) -> T:
    try:
        return kind(**given)
    except ValueError as error:
        said = str(error)
        # an error that begins with a key is one below this one
        raise FormatError(f"`{key}.{said[1:]}" if said.startswith("`") else f"`{key}` {said}") from None
