"""Configurations as rows of numbers between which distances mean something."""

from __future__ import annotations

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
        self._places: dict[str, Array] = {}
        width = 0
        for dimension in space.dimensions:
            own = len(dimension.domain.levels) if self._is_split(dimension) else 1
            self.columns[dimension.name] = slice(width, width + own)
            if own == 1:
                self._places[dimension.name] = np.array([dimension.domain.place(v) for v in dimension.domain.levels])
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
        after = min(max(int(np.searchsorted(places, place)), 1), len(places) - 1)
        nearer = after - 1 if place - places[after - 1] <= places[after] - place else after
        return dimension.domain.levels[nearer]

    def drawn(self, unit: Sequence[float]) -> dict[str, Value]:
        """The configuration that a number from 0 to 1 for each parameter gives, evenly over its values or its scale."""
        shares = dict(zip(self.space.names, unit, strict=True))

        def value(dimension: Dimension) -> Value:
            share, levels = shares[dimension.name], dimension.domain.levels
            if len(levels) > 100 and dimension.domain.ordered:
                return self.level(dimension, share)
            return levels[min(int(share * len(levels)), len(levels) - 1)]

        return self.space.active(value)

    def every(self) -> Iterator[dict[str, Value]]:
        """All configurations of the space, each once."""
        yield from _every(self.space.dimensions, {})

    @staticmethod
    def _is_split(dimension: Dimension) -> bool:
        return not dimension.domain.ordered and len(dimension.domain.levels) > 2

    def _cells(self, dimension: Dimension, configuration: Configuration) -> Array | float:
        levels, counts = dimension.domain.levels, dimension.name in configuration
        if not self._is_split(dimension):
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
