"""The fewest configurations that try what has not been tried, one after the other, each that which tries the most.

As AETG does (Cohen, Dalal, Fredman and Patton 1997): each is the best of several candidates, a candidate begins with a
combination that is still open, and takes for one parameter after the other, in a random order, the level that closes
the most. A level that cannot be completed is none of the choice, so that no candidate is ever excluded.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import numpy as np

from ledger.analysis.coverage.combinations import Combinations
from ledger.analysis.coverage.excluded import Group, Mask
from ledger.analysis.coverage.tried import State

Row: TypeAlias = tuple[int, ...]
"""A level of every parameter."""

# how many candidates a configuration and this many draws at most, and of look-ups so many for all configurations
_CANDIDATES: Final = 40
_DRAWS: Final = 5
_LOOKUPS: Final = 100_000


class Open:
    """The combinations that nobody has tried and that are possible, as they are closed."""

    def __init__(self, found: Combinations) -> None:
        self.t = found.t
        self.tables = {
            table.places: (table.states == State.MISSING) & table.possible
            for table in found.tables
            if ((table.states == State.MISSING) & table.possible).any()
        }
        self.left = {places: int(table.sum()) for places, table in self.tables.items()}
        # by parameter, the tables that it is in
        self.of: dict[int, list[tuple[int, ...]]] = {}
        for places in self.tables:
            for place in places:
                self.of.setdefault(place, []).append(places)

    @property
    def count(self) -> int:
        """How many are open."""
        return sum(self.left.values())

    def closed_by(self, row: Row) -> list[tuple[tuple[int, ...], Row]]:
        """The open combinations that a configuration has: the places and the levels of each."""
        combinations = ((places, tuple(row[place] for place in places)) for places in self.tables if self.left[places])
        return [(places, levels) for places, levels in combinations if self.tables[places][levels]]

    def close(self, row: Row) -> int:
        """Close what a configuration has; how many these were."""
        closed = self.closed_by(row)
        for places, levels in closed:
            self.tables[places][levels] = False
            self.left[places] -= 1
        return len(closed)

    def some(self, chance: random.Random) -> dict[int, int]:
        """An open combination, of the parameters of which the most are open."""
        most = max(self.left.values())
        places = chance.choice([places for places, left in self.left.items() if left == most])
        levels = np.argwhere(self.tables[places])
        return dict(zip(places, map(int, levels[chance.randrange(len(levels))]), strict=True))

    def gains(self, place: int, begun: dict[int, int], size: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """How many a level of a parameter would close, for each of its levels, beside those that are chosen."""
        gains = np.zeros(size, np.intp)
        for places in self.of.get(place, ()):
            if not self.left[places]:
                continue
            at: list[int | slice] = []
            for other in places:
                if other == place:
                    at.append(slice(None))
                elif other in begun:
                    at.append(begun[other])
                else:
                    break
            if len(at) == len(places):
                gains += self.tables[places][tuple(at)]
        return gains


def drawn(found: Combinations, sizes: Sequence[int], groups: Sequence[Group], most: int) -> Iterator[list[Row]]:
    """A few tries at it, each of at most this many configurations: the fewer, the more there is to do."""
    least = max((int(left) for left in Open(found).left.values()), default=0)
    work = max(1, min(most, least) * len(sizes) * math.comb(len(sizes) - 1, found.t - 1))
    candidates = max(1, min(_CANDIDATES, _LOOKUPS // work))
    for draw in range(max(1, min(_DRAWS, 2 * _LOOKUPS // (work * candidates)))):
        yield greedy(found, sizes, groups, most, candidates=candidates, draw=draw)


def greedy(
    found: Combinations,
    sizes: Sequence[int],
    groups: Sequence[Group],
    most: int,
    *,
    candidates: int = 1,
    draw: int = 0,
    begun: Sequence[Row] = (),
) -> list[Row]:
    """At most so many configurations, the first ones being those that are `begun`.

    `draw` is what the chance comes from: the same gives the same.
    """
    chance = random.Random(draw)
    still = Open(found)
    rows = list(begun[:most])
    for row in rows:
        still.close(row)
    while len(rows) < most and still.count:
        made = (_candidate(still, sizes, groups, chance) for _ in range(candidates))
        best = max(made, key=lambda row: len(still.closed_by(row)))
        still.close(best)
        rows.append(best)
    return rows


def _candidate(still: Open, sizes: Sequence[int], groups: Sequence[Group], chance: random.Random) -> Row:
    chosen = still.some(chance)
    rest = [place for place in range(len(sizes)) if place not in chosen]
    chance.shuffle(rest)
    for place in rest:
        gains = still.gains(place, chosen, sizes[place])
        gains[~_can_follow(groups, chosen, place, sizes[place])] = -1
        best = np.flatnonzero(gains == gains.max())
        chosen[place] = int(best[chance.randrange(len(best))])
    return tuple(chosen[place] for place in range(len(sizes)))


def _can_follow(groups: Sequence[Group], chosen: dict[int, int], place: int, size: int) -> Mask:
    """Which levels of a parameter can be completed beside those that are chosen."""
    found: Mask = np.ones(size, np.bool_)
    for group in groups:
        axis = next((axis for axis, side in enumerate(group.sides) if side.place == place), None)
        if axis is not None:
            left = group.begun(chosen)
            kinds = left.any(axis=tuple(other for other in range(left.ndim) if other != axis))
            found &= (group.sides[axis].kinds & kinds).any(axis=1)
    return found


def is_possible(row: Row, groups: Sequence[Group]) -> bool:
    """Whether a configuration is not excluded."""
    levels = dict(enumerate(row))
    return all(group.begun(levels).any() for group in groups)


def in_order(found: Combinations, rows: Sequence[Row]) -> list[tuple[Row, int]]:
    """The configurations, first that which closes the most, with how many each closes; those that close none are not
    among them.
    """
    still = Open(found)
    # what one closes only ever becomes less, so whoever is first with a present count closes the most
    waiting = [(-len(still.closed_by(row)), place, row) for place, row in enumerate(dict.fromkeys(rows))]
    heapq.heapify(waiting)
    ordered: list[tuple[Row, int]] = []
    while waiting:
        known, place, row = heapq.heappop(waiting)
        now = -len(still.closed_by(row))
        if now == known and now:
            ordered.append((row, still.close(row)))
        elif now:
            heapq.heappush(waiting, (now, place, row))
    return ordered


def without_idle(found: Combinations, rows: Sequence[Row]) -> list[Row]:
    """The configurations without those whose every combination others have too."""
    still = Open(found)
    has = {row: set(still.closed_by(row)) for row in dict.fromkeys(rows)}
    count: dict[tuple[tuple[int, ...], Row], int] = {}
    for one in itertools.chain.from_iterable(has.values()):
        count[one] = count.get(one, 0) + 1
    # the one that closes least goes first
    for row in sorted(has, key=lambda row: len(has[row])):
        if all(count[one] > 1 for one in has[row]):
            for one in has.pop(row):
                count[one] -= 1
    return list(has)
