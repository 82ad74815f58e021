"""A plan's `search:` as a mapping, read and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.errors import FormatError
from ledger.model import bounds, replicates
from ledger.model.data_change import checked_path
from ledger.model.directions import HIGHER, LOWER
from ledger.model.formats import front_matter
from ledger.model.plan import Search
from ledger.model.replicates import REPEAT, Axis, Value
from ledger.model.search import KINDS, MAX_BUDGET, RULE, TUNE
from ledger.model.version_search import HASHED, MAX_FRESH, Confirm, KnownNoise, VersionSearch

_KEYS: Final = (
    "kind", "rule", "metric", "better", "path", "versions", "skipped", "axis", "seeds", "budget", "confidence",
    "weights", "noise", "confirm", "evaluation_at", "evaluation_other",
)  # fmt: skip


def from_mapping(value: object) -> Search:
    """The search that the front matter's `search:` states. Raises FormatError, which names the key."""
    if not isinstance(value, dict):
        raise FormatError("`search` is not a mapping of keys to values")
    if front_matter.one_of({"search.kind": value.get("kind")}, "search.kind", KINDS) == TUNE:
        # imported late: it is another kind, and few plans are of it
        from ledger.model.formats import tune_searches

        return tune_searches.from_mapping(value)
    unknown = [key for key in value if key not in _KEYS]
    if unknown:
        raise FormatError(f"`search.{unknown[0]}` is not known; `search` may hold {', '.join(_KEYS)}")
    document = {f"search.{key}": given for key, given in value.items()}
    versions = _commits(document, "versions")
    if len(versions) < 2:
        raise FormatError("`search.versions` needs two commits at least, the oldest first")
    skipped = _commits(document, "skipped")
    strange = [commit for commit in skipped if commit not in versions]
    if strange:
        raise FormatError(f"`search.skipped`: {strange[0][:10]} is none of the versions")
    at, other = (_commit(document, key) for key in ("evaluation_at", "evaluation_other"))
    if other is not None and at in (None, other):
        raise FormatError("`search.evaluation_other` is a commit beside `evaluation_at`, and another one")
    budget = front_matter.number(document, "search.budget", 60, low=2, high=MAX_BUDGET)
    return VersionSearch(
        rule=int(front_matter.number(document, "search.rule", RULE, low=1, high=1 << 16)),
        metric=front_matter.text(document, "search.metric"),
        better=front_matter.one_of(document, "search.better", (HIGHER, LOWER)),
        versions=versions,
        paths=_paths(document.get("search.path")),
        skipped=skipped,
        axis=front_matter.text(document, "search.axis") if "search.axis" in document else "seed",
        seeds=_seeds(document.get("search.seeds", HASHED)),
        budget=int(budget),
        confidence=front_matter.number(document, "search.confidence", 0.95, low=0.5, high=0.9999),
        weights=_weights(document.get("search.weights"), len(versions) - 1),
        noise=_noise(document.get("search.noise")),
        confirm=_confirm(document.get("search.confirm")),
        evaluation_at=at,
        evaluation_other=other,
    )


def to_mapping(search: Search) -> dict[str, Any]:
    """The search as it is written; `from_mapping` is the inverse."""
    if search.kind == TUNE:
        from ledger.model.formats import tune_searches

        return tune_searches.to_mapping(search)
    path = search.paths[0] if len(search.paths) == 1 else list(search.paths) or None
    known = {
        "kind": search.kind,
        "rule": search.rule,
        "metric": search.metric,
        "better": search.better,
        "path": path,
        "versions": list(search.versions),
        "skipped": list(search.skipped) or None,
        "axis": search.axis,
        "seeds": (list(search.seeds) or HASHED) if search.axis != REPEAT else None,
        "budget": search.budget,
        "confidence": search.confidence,
        "weights": None if search.weights is None else list(search.weights),
        "noise": None if search.noise is None else {"sd": search.noise.sd, "df": search.noise.df},
        "confirm": None
        if search.confirm is None
        else {"seeds": search.confirm.seeds, "share": f"{search.confirm.share * 100:.10g}%"},
        "evaluation_at": search.evaluation_at,
        "evaluation_other": search.evaluation_other,
    }
    return {key: value for key, value in known.items() if value is not None}


def _commit(document: Mapping[str, Any], key: str) -> str | None:
    value = document.get(f"search.{key}")
    if value is not None and not bounds.is_full_id(value):
        raise FormatError(f"`search.{key}` is {value!r}, not the full id of a commit")
    return value


def _commits(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = front_matter.texts(document, f"search.{key}")
    for commit in found:
        if not bounds.is_full_id(commit):
            raise FormatError(f"`search.{key}`: {commit!r} is not the full id of a commit (git rev-parse)")
        if found.count(commit) > 1:
            raise FormatError(f"`search.{key}`: {commit[:10]} is given twice")
    return found


def _paths(value: object) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else value or []
    if not isinstance(given, list) or not all(isinstance(path, str) and path.strip() for path in given):
        raise FormatError("`search.path` is neither a path nor a list of paths")
    if len(set(given)) < len(given):
        raise FormatError("`search.path`: a path is given twice")
    try:
        return tuple(map(checked_path, given))
    except ValueError as error:
        raise FormatError(f"`search.path`: {error}") from None


def _seeds(value: object) -> tuple[Value, ...]:
    if value == HASHED:
        return ()
    if not isinstance(value, list) or not value:
        raise FormatError(f"`search.seeds` is {value!r}; it may be `{HASHED}` or a list of seeds")
    try:
        return Axis(name="seed", values=tuple(replicates.checked_value("seed", seed) for seed in value)).values
    except ValueError as error:
        raise FormatError(f"`search.seeds`: {error}") from None


def _weights(value: object, count: int) -> tuple[float, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(_is_number(weight) and 0 < weight < 1e12 for weight in value):
        raise FormatError("`search.weights` is not a list of positive numbers")
    if len(value) != count:
        raise FormatError(f"`search.weights` has {len(value)} numbers, and {count} versions follow the first")
    return tuple(value)


def _noise(value: object) -> KnownNoise | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"sd", "df"} or not all(_is_number(one) for one in value.values()):
        raise FormatError("`search.noise` holds two numbers, `sd` and `df`")
    if not (0 < value["sd"] < 1e100 and 0 < value["df"] < 1e9):
        raise FormatError("`search.noise`: `sd` and `df` are positive numbers")
    return KnownNoise(sd=value["sd"], df=value["df"])


def _confirm(value: object) -> Confirm | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) - {"seeds", "share"}:
        raise FormatError("`search.confirm` may hold `seeds` and `share` only")
    seeds, share = value.get("seeds", Confirm().seeds), value.get("share", "50%")
    if not isinstance(seeds, int) or isinstance(seeds, bool) or not 2 <= seeds <= MAX_FRESH:
        raise FormatError(f"`search.confirm.seeds` is {seeds!r}, not a number from 2 to {MAX_FRESH}")
    if isinstance(share, str):
        try:
            share = float(share.removesuffix("%")) / 100 if share.endswith("%") else None
        except ValueError:
            share = None
    if not _is_number(share) or not 0 < share <= 1:
        raise FormatError(f"`search.confirm.share` is {value.get('share')!r}; write it as 50%")
    return Confirm(seeds=seeds, share=share)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
