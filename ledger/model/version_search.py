"""A plan's `search:` for the version at which a metric changed: which versions, by what, and when it is enough.

Each version is an arm whose name follows from its commit, so that the front matter names it once.
"""

from __future__ import annotations

import itertools
from typing import Final, Literal

from ledger.model.directions import HIGHER
from ledger.model.frozen import frozen
from ledger.model.replicates import REPEAT, Axis, Replicates, Value
from ledger.model.search import MAX_BUDGET, RULE, STEP
from ledger.model.seeds import derived_seeds

HASHED: Final = "hashed"

MAX_FRESH: Final = 100

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
class VersionSearch:
    """At which version a metric changed, and by which rule the next trials follow from those recorded.

    - `rule`: the `RULE` of the ledger that made the plan.
    - `versions`: full ids of commits, the oldest first; of `paths` as they were there, or of all code without a path.
    - `better`: whether a `higher` or a `lower` value of the metric is better. The last version is the worse one.
    - `skipped`: versions that must not run.
    - `axis`: the parameter that is the seed, or `repeat`. `seeds`: the first of its values; hashed ones follow.
    - `budget`: trials in all, without those that confirm. `confidence`: how sure is sure enough.
    - `weights`: how probable the change is at each version after the first, in proportion; evenly where None.
    - `evaluation_at`: the commit whose evaluation data every version is measured on. `evaluation_other`: one that has
      others, on which the ends are measured too.
    """

    kind: Literal["step"] = STEP
    rule: int = RULE
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
