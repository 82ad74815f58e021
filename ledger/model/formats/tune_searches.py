"""A plan's `search:` for the best parameters as a mapping, read and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.errors import FormatError, LedgerError
from ledger.model.directions import HIGHER, LOWER
from ledger.model.formats import front_matter
from ledger.model.search import MAX_BUDGET, RULE
from ledger.model.space import Configuration, Space, is_number
from ledger.model.space_parser import parse
from ledger.model.tune_search import Earlier, TuneSearch, nameable

_KEYS: Final = ("kind", "rule", "metric", "better", "space", "current", "model", "budget", "earlier")
_MODELS: Final = ("gp", "tpe")


def from_mapping(value: Mapping[str, Any]) -> TuneSearch:
    """The search that the front matter's `search:` states. Raises FormatError, which names the key."""
    unknown = [key for key in value if key not in _KEYS]
    if unknown:
        raise FormatError(f"`search.{unknown[0]}` is not known; `search` may hold {', '.join(_KEYS)}")
    document = {f"search.{key}": given for key, given in value.items()}
    space = _space(document)
    current = document.get("search.current")
    earlier = document.get("search.earlier") or []
    if not isinstance(earlier, list):
        raise FormatError("`search.earlier` is not a list")
    return TuneSearch(
        rule=int(front_matter.number(document, "search.rule", RULE, low=1, high=1 << 16)),
        metric=front_matter.text(document, "search.metric"),
        better=front_matter.one_of(document, "search.better", (HIGHER, LOWER)),
        space=space,
        current=None if current is None else _configuration(space, current, "search.current"),
        model=front_matter.one_of(document, "search.model", _MODELS) if "search.model" in document else _MODELS[0],
        budget=int(front_matter.number(document, "search.budget", 40, low=2, high=MAX_BUDGET)),
        earlier=tuple(_earlier(space, one, f"search.earlier[{n}]") for n, one in enumerate(earlier)),
    )


def to_mapping(search: TuneSearch) -> dict[str, Any]:
    """The search as it is written; `from_mapping` is the inverse."""
    known = {
        "kind": search.kind,
        "rule": search.rule,
        "metric": search.metric,
        "better": search.better,
        "space": list(map(str, search.space.dimensions)),
        "current": None if search.current is None else dict(search.current),
        "model": search.model,
        "budget": search.budget,
        "earlier": list(map(_earlier_mapping, search.earlier)) or None,
    }
    return {key: value for key, value in known.items() if value is not None}


def _earlier_mapping(one: Earlier) -> dict[str, Any]:
    failed = {"failed": one.failed} if one.failed else {}
    return {"arm": one.arm, "params": dict(one.configuration), "values": list(one.values), **failed}


def _space(document: Mapping[str, Any]) -> Space:
    try:
        space = parse(front_matter.texts(document, "search.space"))
    except LedgerError as error:
        raise FormatError(f"`search.space`: {error.message}") from None
    if not nameable(space):
        raise FormatError("`search.space` has more configurations than arms can be named")
    return space


def _configuration(space: Space, value: object, key: str) -> Configuration:
    if not isinstance(value, dict):
        raise FormatError(f"`{key}` is not a mapping of parameters to values")
    found, outside = space.within(value)
    if outside is not None:
        raise FormatError(f"`{key}`: its {outside} lies outside of the space")
    strange = [name for name in value if name not in found]
    if strange:
        raise FormatError(f"`{key}`: {strange[0]} does not count there")
    return found


def _earlier(space: Space, value: object, key: str) -> Earlier:
    if not isinstance(value, dict) or set(value) - {"arm", "params", "values", "failed"}:
        raise FormatError(f"`{key}` may hold `arm`, `params`, `values` and `failed` only")
    values, failed = value.get("values") or [], value.get("failed", 0)
    if not isinstance(values, list) or not all(is_number(one) for one in values):
        raise FormatError(f"`{key}.values` is not a list of finite numbers")
    if not isinstance(failed, int) or isinstance(failed, bool) or not 0 <= failed <= MAX_BUDGET:
        raise FormatError(f"`{key}.failed` is {failed!r}, not a number of trials")
    if not values and not failed:
        raise FormatError(f"`{key}` has neither values nor failed trials")
    return Earlier(
        arm=front_matter.text({f"{key}.arm": value.get("arm")}, f"{key}.arm"),
        configuration=_configuration(space, value.get("params"), f"{key}.params"),
        values=tuple(values),
        failed=failed,
    )
