"""A plan's `search:`: trials that follow from trials. Which versions are searched, by what, and when it is enough.

Each version is an arm whose name follows from its commit, so that the front matter names it once.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, Final

from ledger.errors import FormatError
from ledger.model import bounds, replicates
from ledger.model.data_change import checked_path
from ledger.model.formats import front_matter
from ledger.model.frozen import frozen
from ledger.model.replicates import REPEAT, Axis, Replicates, Value
from ledger.model.seeds import derived_seeds

STEP: Final = "step"
"""At which version did a metric change?"""
KINDS: Final = (STEP,)

HIGHER: Final = "higher"
LOWER: Final = "lower"

HASHED: Final = "hashed"

MAX_BUDGET: Final = 1000
_MAX_FRESH: Final = 100

_KEYS: Final = (
    "kind", "metric", "better", "path", "versions", "skipped", "axis", "seeds", "budget", "confidence", "weights",
    "noise", "confirm", "evaluation_at", "evaluation_other",
)  # fmt: skip

OPEN_KEYS: Final = ("budget", "confidence")
"""What may change openly after results: how much the search may cost, and how sure it must be."""

# as many digits as git shows of a commit
_DIGITS: Final = 7
_PREFIX: Final = "at-"
_WITHOUT: Final = "without-"


@frozen
class Confirm:
    """How what was found is put to the test: so many seeds that no search has used, and the `share` of the change that
    the version found should explain at least.
    """

    seeds: int = 5
    share: float = 0.5


@frozen
class KnownNoise:
    """The standard deviation of the metric over seeds as the ledger knew it before, from so many degrees of freedom."""

    sd: float
    df: float


@frozen
class Search:
    """What is searched, and by which rule the next trials follow from those recorded.

    - `versions`: full ids of commits, the oldest first; of `paths` as they were there, or of all code without a path.
    - `better`: whether a `higher` or a `lower` value of the metric is better. The last version is the worse one.
    - `skipped`: versions that must not run.
    - `axis`: the parameter that is the seed, or `repeat`. `seeds`: the first of its values; hashed ones follow.
    - `budget`: trials in all, without those that confirm. `confidence`: how sure is sure enough.
    - `weights`: how probable the change is at each version after the first, in proportion; evenly where None.
    - `evaluation_at`: the commit whose evaluation data every version is measured on. `evaluation_other`: one that has
      others, on which the ends are measured too.
    """

    kind: str = STEP
    metric: str
    better: str
    versions: tuple[str, ...]
    paths: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    axis: str = "seed"
    seeds: tuple[Value, ...] = ()
    budget: int = 60
    confidence: float = 0.95
    weights: tuple[float, ...] | None = None
    noise: KnownNoise | None = None
    confirm: Confirm | None = None
    evaluation_at: str | None = None
    evaluation_other: str | None = None

    @property
    def arms(self) -> dict[str, str]:
        """The commits of the versions by the names of their arms, the oldest first: `at-3f2a9c1`."""
        digits = _DIGITS
        while len({commit[:digits] for commit in self.versions}) < len(self.versions):
            digits += 1
        return {f"{_PREFIX}{commit[:digits]}": commit for commit in self.versions}

    @property
    def elsewhere(self) -> dict[str, str]:
        """The arms of the ends on the other evaluation data, `at-3f2a9c1-on-77ab123`, by the names of their own."""
        if self.evaluation_other is None:
            return {}
        arms = list(self.arms)
        return {arm: f"{arm}-on-{self.evaluation_other[:_DIGITS]}" for arm in (arms[0], arms[-1])}

    def without(self, arm: str) -> str:
        """The name of the arm that is the newest version without what the version of another arm brought."""
        return f"{_WITHOUT}{self.short(arm)}"

    def left_out(self, arm: str) -> str | None:
        """The commit of the version that such an arm leaves out, None where it is no such arm."""
        return next((commit for name, commit in self.arms.items() if self.without(name) == arm), None)

    @staticmethod
    def short(arm: str) -> str:
        """The short id of the commit that the name of a version's arm holds."""
        return arm.removeprefix(_PREFIX)

    @property
    def sign(self) -> int:
        """1 where a lower value is worse, −1 where a higher one is."""
        return 1 if self.better == HIGHER else -1

    def replicates(self, seeds_from: str) -> Replicates:
        """The points at which a version may be tried, in the order in which it is, then those that confirm."""
        fresh = self.confirm.seeds if self.confirm is not None else 0
        if self.axis == REPEAT:
            # apart from those of the search, however large its budget becomes
            values: tuple[Value, ...] = (*range(self.budget), *range(MAX_BUDGET, MAX_BUDGET + fresh))
            return Replicates(axes=(Axis(name=self.axis, values=values),))
        # those that confirm stay the same whatever becomes of the budget
        drawn = _drawn(f"{seeds_from}:confirm", fresh, without=self.seeds)
        more = _drawn(seeds_from, self.budget - len(self.seeds), without=(*self.seeds, *drawn))
        own = (*self.seeds, *more)[: self.budget]
        return Replicates(axes=(Axis(name=self.axis, values=(*own, *drawn)),))


def _drawn(source: str, count: int, *, without: tuple[Value, ...]) -> tuple[Value, ...]:
    """So many hashed seeds that are none of the others."""
    if count <= 0:
        return ()
    found = (seed for seed in derived_seeds(source, count + len(without)) if seed not in without)
    return tuple(itertools.islice(found, count))


def from_mapping(value: object) -> Search:
    """The search that the front matter's `search:` states. Raises FormatError, which names the key."""
    if not isinstance(value, dict):
        raise FormatError("`search` is not a mapping of keys to values")
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
    return Search(
        kind=_one_of(document, "kind", KINDS),
        metric=front_matter.text(document, "search.metric"),
        better=_one_of(document, "better", (HIGHER, LOWER)),
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
    path = search.paths[0] if len(search.paths) == 1 else list(search.paths) or None
    known = {
        "kind": search.kind,
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


def _one_of(document: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    value = front_matter.text(document, f"search.{key}")
    if value not in allowed:
        raise FormatError(f"`search.{key}` is {value!r}; it may be {' or '.join(allowed)}")
    return value


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
    if not isinstance(seeds, int) or isinstance(seeds, bool) or not 2 <= seeds <= _MAX_FRESH:
        raise FormatError(f"`search.confirm.seeds` is {seeds!r}, not a number from 2 to {_MAX_FRESH}")
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
