"""Configurations for tests of coverage, and an independent count: sets of names and values, one pair at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ledger.analysis.coverage.answer import Coverage, coverage
from ledger.analysis.coverage.combinations import Combination
from ledger.analysis.coverage.tried import CoverageOptions, State, Tried

Params = Mapping[str, Any]
Named = frozenset[tuple[str, Any]]


def tried(rows: Sequence[Params], state: State = State.SUCCEEDED) -> list[Tried]:
    """A trial of each."""
    return [Tried(params=row, state=state) for row in rows]


def never(name: str) -> bool:
    """No parameter only repeats."""
    return False


def of(rows: Sequence[Params], **asked: Any) -> Coverage:
    """The coverage by a trial of each."""
    return coverage(tried(rows), CoverageOptions(**asked), never)


def named(found: Coverage, combination: Combination) -> Named:
    """A combination as names and values."""
    parameters = found.taken.parameters
    return frozenset((parameters[p].name, parameters[p].levels[level].said) for p, level in combination)


def missing(found: Coverage) -> set[Named]:
    """What was never tried."""
    return {named(found, one) for one in found.combinations.listed(State.MISSING, State.PLANNED)}


def by_hand(
    rows: Sequence[Params], t: int, allowed: Callable[[Params], bool] = lambda row: True
) -> tuple[set[Named], set[Named]]:
    """All combinations of t values that some allowed configuration has, and those of them that a row has.

    Configurations are all products of the values that the rows have. What did not vary is in no combination.
    """
    values: dict[str, set[Any]] = {}
    for row in rows:
        for name, value in row.items():
            values.setdefault(name, set()).add(value)
    names = [name for name in values if len(values[name]) > 1]
    whole = [dict(zip(values, each, strict=True)) for each in itertools.product(*values.values())]

    def combinations(configurations: Sequence[Params]) -> set[Named]:
        return {
            frozenset((name, one[name]) for name in chosen)
            for one in configurations
            for chosen in itertools.combinations(names, t)
            if all(name in one for name in chosen)
        }

    every = combinations([one for one in whole if allowed(one)])
    return every, combinations(rows) & every
