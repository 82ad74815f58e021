"""Which of several axes the spread of a grid of values comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ledger.stats.contrast import mean

# beyond this squares are no longer numbers
_LARGEST = 1e150

Level = int | float | str | bool


def components(values: Mapping[tuple[Level, ...], float], effects: Sequence[int]) -> tuple[float, ...] | None:
    """The variance of each axis in `effects` (places in the keys), and that of the rest last, in the values' unit².

    Expected mean squares of an additive model with random effects (Searle, Casella & McCulloch 1992, balanced data);
    one that comes out negative is 0. None where the values are no whole grid with two levels or more on every axis of
    the effects, leave nothing to tell the rest from, or are not finite or so large that their squares are not.
    """
    if not values or not all(abs(value) < _LARGEST for value in values.values()):
        return None
    sides = [{key[place] for key in values} for place in range(len(next(iter(values))))]
    total = len(values)
    if total != math.prod(map(len, sides)) or any(len(sides[place]) < 2 for place in effects):
        return None
    df = total - 1 - sum(len(sides[place]) - 1 for place in effects)
    if df < 1:
        return None
    grand = mean(list(values.values()))
    left = math.fsum((value - grand) ** 2 for value in values.values())
    squares = []
    for place in effects:
        groups: dict[Level, list[float]] = {}
        for key, value in values.items():
            groups.setdefault(key[place], []).append(value)
        size = total // len(groups)
        between = size * math.fsum((mean(inside) - grand) ** 2 for inside in groups.values())
        squares.append((between / (len(groups) - 1), size))
        left -= between
    rest = max(0.0, left) / df
    return (*(max(0.0, square - rest) / size for square, size in squares), rest)
