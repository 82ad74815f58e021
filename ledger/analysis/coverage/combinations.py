"""Which combinations of t levels, each of another parameter, were tried: counted over all, as NIST's CCM counts them.

A combination that is excluded is none of the total. Of a configuration that lacks a parameter nothing counts in which
that parameter has a part.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ledger.analysis.coverage.excluded import Group, Mask
from ledger.analysis.coverage.parameters import Codes
from ledger.analysis.coverage.tried import State
from ledger.errors import LedgerError
from ledger.model.frozen import frozen

MOST: Final = 10_000_000
"""So many combinations are counted, a byte each; beyond, they are refused."""
STRONGEST: Final = 4
"""The largest t."""

# and of this many choices of t parameters, each of which takes its time
_TABLES: Final = 100_000

States: TypeAlias = NDArray[np.uint8]
Combination: TypeAlias = tuple[tuple[int, int], ...]
"""The levels of t parameters: each a parameter's place and a level's."""


@frozen
class Counted:
    """The combinations of the parameters at these places: `states` and `possible` have an axis per parameter.

    `counts`: how many possible ones are in each state.
    """

    places: tuple[int, ...]
    states: States
    possible: Mask
    counts: tuple[int, ...]

    def count(self, least: State, most: State = State.SUCCEEDED) -> int:
        """How many possible ones are in a state from the `least` to the `most`."""
        return sum(self.counts[least : most + 1])

    @property
    def total(self) -> int:
        """How many are possible."""
        return sum(self.counts)


class Combinations:
    """All combinations of t parameters, counted."""

    def __init__(self, tables: Sequence[Counted], t: int) -> None:
        self.tables = tuple(tables)
        self.t = t

    @cached_property
    def total(self) -> int:
        """How many are possible."""
        return sum(table.total for table in self.tables)

    @cached_property
    def excluded(self) -> int:
        """How many are not."""
        return sum(table.states.size for table in self.tables) - self.total

    def count(self, least: State, most: State = State.SUCCEEDED) -> int:
        """How many possible ones are in a state from the `least` to the `most`."""
        return sum(table.count(least, most) for table in self.tables)

    @cached_property
    def covered(self) -> int:
        """How many have been tried, in a trial of whatever end."""
        return self.count(State.FAILED)

    def listed(self, least: State, most: State) -> Iterator[Combination]:
        """Those in a state from the `least` to the `most`, in the order of the parameters and their levels."""
        for table in self.tables:
            found = (table.states >= least) & (table.states <= most) & table.possible
            for levels in np.argwhere(found):
                yield tuple(zip(table.places, map(int, levels), strict=True))


def check_size(sizes: Sequence[int], t: int) -> None:
    """Refuse combinations that are too many: `sizes` are the numbers of levels. Raises LedgerError."""
    total = _total(sizes, t)
    if total <= MOST and math.comb(len(sizes), t) <= _TABLES:
        return
    fewer = (k for k in range(t - 1, 0, -1) if _total(sizes, k) <= MOST and math.comb(len(sizes), k) <= _TABLES)
    raise LedgerError(
        f"too many combinations to count: {total:,} of {t} among {len(sizes)} parameters with {sum(sizes)} values",
        hint=f"-t {next(fewer, 1)}, fewer parameters (--keep NAME), or coarser ones (--bins 5)",
    )


def _total(sizes: Sequence[int], t: int) -> int:
    # an elementary symmetric polynomial: no combination is made for it
    sums = [1] + [0] * t
    for size in sizes:
        for order in range(t, 0, -1):
            sums[order] += sums[order - 1] * size
    return sums[t]


def counted(codes: Codes, states: States, sizes: Sequence[int], groups: Sequence[Group], t: int) -> Combinations:
    """The combinations of `t` parameters of such `sizes` that the rows of `codes` cover, each with the row's state.

    Raises LedgerError where they are too many.
    """
    check_size(sizes, t)
    rows, best = _distinct(codes, states)
    tables = []
    for places in itertools.combinations(range(len(sizes)), t):
        shape = [sizes[place] for place in places]
        own = rows[:, places]
        whole = (own >= 0).all(axis=1)
        flat = np.zeros(math.prod(shape), np.uint8)
        at, of = np.ravel_multi_index(tuple(own[whole].T), shape), best[whole]
        # in their order, so that the greatest stays
        for state in (State.PLANNED, State.FAILED, State.SUCCEEDED):
            flat[at[of == state]] = state
        tables.append(_counted(places, flat.reshape(shape), possible(groups, places, sizes)))
    return Combinations(tables, t)


def _counted(places: tuple[int, ...], states: States, possible: Mask) -> Counted:
    counts = np.bincount((states if possible.all() else states[possible]).ravel(), minlength=len(State))
    return Counted(places=places, states=states, possible=possible, counts=tuple(counts.tolist()))


def _distinct(codes: Codes, states: States) -> tuple[Codes, States]:
    """Each configuration once in each of its states."""
    rows = np.unique(np.column_stack((states.astype(codes.dtype), codes)), axis=0)
    return rows[:, 1:], rows[:, 0].astype(np.uint8)


def possible(groups: Sequence[Group], places: Sequence[int], sizes: Sequence[int]) -> Mask:
    """Which levels of the parameters at these places are not excluded together."""
    # one truth, shown as many times
    found: Mask = np.broadcast_to(np.True_, [sizes[place] for place in places])
    for group in groups:
        own = [place for place in places if any(side.place == place for side in group.sides)]
        if own:
            shape = [sizes[place] if place in own else 1 for place in places]
            found = found & group.possible(own).reshape(shape)
    return found
