"""Configurations as rows of numbers between which distances mean something."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ledger.model.parameters import Value
from ledger.model.space import Configuration, Dimension, Space, same

Array = npt.NDArray[np.float64]

# of one number, so that two choices are as far from each other as the ends of a range
_ONE = math.sqrt(0.5)


class Encoding:
    """A column from 0 to 1 for each parameter whose values have an order, or which has two of them; for others a column
    a value. A parameter that does not count is in the middle of its values.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.columns: dict[str, slice] = {}
        # asked for thousands of times in a decision
        self._levels: dict[str, Sequence[Value]] = {each.name: each.domain.levels for each in space.dimensions}
        self._places: dict[str, list[float]] = {}
        width = 0
        for dimension in space.dimensions:
            levels = self._levels[dimension.name]
            own = 1 if dimension.domain.ordered or len(levels) <= 2 else len(levels)
            self.columns[dimension.name] = slice(width, width + own)
            if own == 1:
                places = (dimension.domain.place(level) for level in levels)
                self._places[dimension.name] = [place for place in places if place is not None]
            width += own
        self.width = width

    def rows(self, configurations: Sequence[Configuration]) -> Array:
        """A row for each configuration."""
        rows = np.empty((len(configurations), self.width))
        for row, configuration in zip(rows, configurations, strict=True):
            for dimension in self.space.dimensions:
                row[self.columns[dimension.name]] = self._cells(dimension, configuration)
        return rows

    def level(self, dimension: Dimension, place: float) -> Value:
        """The level of an ordered parameter that lies nearest to a place from 0 to 1."""
        places = self._places[dimension.name]
        after = min(max(bisect.bisect_left(places, place), 1), len(places) - 1)
        nearer = after - 1 if place - places[after - 1] <= places[after] - place else after
        return self._levels[dimension.name][nearer]

    def drawn(self, unit: Sequence[float]) -> dict[str, Value]:
        """The configuration that a number from 0 to 1 for each parameter gives, evenly over its values or its scale."""
        shares = dict(zip(self.space.names, unit, strict=True))

        def value(dimension: Dimension) -> Value:
            share, levels = shares[dimension.name], self._levels[dimension.name]
            if len(levels) > 100 and dimension.domain.ordered:
                return self.level(dimension, share)
            return levels[min(int(share * len(levels)), len(levels) - 1)]

        return self.space.active(value)

    def every(self) -> Iterator[dict[str, Value]]:
        """All configurations of the space, each once."""
        yield from _every(self.space.dimensions, {})

    def _cells(self, dimension: Dimension, configuration: Configuration) -> Array | float:
        levels, counts = self._levels[dimension.name], dimension.name in configuration
        if dimension.name in self._places:
            place = dimension.domain.place(configuration[dimension.name]) if counts else 0.5
            assert place is not None
            return place
        if not counts:
            return np.full(len(levels), _ONE / len(levels))
        value = configuration[dimension.name]
        return np.array([_ONE if same(level, value) else 0.0 for level in levels])


def _every(dimensions: Sequence[Dimension], chosen: dict[str, Value]) -> Iterator[dict[str, Value]]:
    if not dimensions:
        yield chosen
        return
    first, *rest = dimensions
    if first.when is None or first.when.met(chosen):
        yield from itertools.chain.from_iterable(
            _every(rest, {**chosen, first.name: level}) for level in first.domain.levels
        )
    else:
        yield from _every(rest, chosen)
