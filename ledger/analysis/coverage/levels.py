"""The levels of a parameter: the values that it took, or bins of them where they are many numbers."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from ledger.analysis.fields import finite
from ledger.model.frozen import frozen
from ledger.model.parameters import Value
from ledger.model.typed_values import format_value

MOST: Final = 10
"""A parameter that took more numbers than these is cut into bins, unless it is said how."""
BINS: Final = 5
"""So many, each with about as many of the numbers."""

Cut: TypeAlias = int | tuple[float, ...] | None


@frozen
class Level:
    """One value, or a bin of numbers from `low` to `high`.

    `values` are those that were used, the most used first; of a bin in which none was, its lower edge.
    """

    label: str
    values: tuple[Value, ...]
    low: float | None = None
    high: float | None = None

    @property
    def binned(self) -> bool:
        """Whether it is a bin."""
        return self.low is not None or self.high is not None

    @property
    def said(self) -> Value:
        """The value, or the name of the bin."""
        return self.label if self.binned else self.values[0]


def key_of(value: Any) -> object:
    """What is equal of values that are one level: 1 and 1.0 are, true is another, and NaN is itself."""
    kind = type(value)
    if kind is str or kind is int:
        return value
    if kind is float and not math.isnan(value):
        return value
    return (kind.__name__, format_value(value))


def levels(values: Sequence[Value], counts: Sequence[int], cut: Cut) -> tuple[tuple[Level, ...], list[int]]:
    """The levels in their order, and the level of each of the distinct `values`.

    Numbers come first, from the least to the greatest; `counts`: how often each was used; `cut` as in `Bins`.
    """
    ordered: Sequence[Any] = values
    numbers = sorted((at for at, value in enumerate(values) if finite(value) is not None), key=ordered.__getitem__)
    others = sorted(set(range(len(values))) - set(numbers), key=lambda at: format_value(values[at]))
    whole = all(isinstance(values[at], int) for at in numbers)
    found: list[Level] = []
    level_of = [0] * len(values)

    def add(members: Sequence[int], label: str, low: float | None = None, high: float | None = None) -> None:
        for at in members:
            level_of[at] = len(found)
        by_use = sorted(members, key=lambda at: -counts[at])
        found.append(Level(label=label, values=tuple(values[at] for at in by_use), low=low, high=high))

    bins = _bins([values[at] for at in numbers], cut)
    for (members, low, high), label in zip(bins, _labels(bins, [values[at] for at in numbers], cut), strict=True):
        if members:
            add([numbers[place] for place in members], label, low, high)
        else:
            assert low is not None
            edge = int(low) if whole and low.is_integer() else low
            found.append(Level(label=label, values=(edge,), low=low, high=high))
    for at in others:
        add([at], format_value(values[at]))
    return tuple(found), level_of


_Bin: TypeAlias = tuple[list[int], float | None, float | None]


def _bins(numbers: Sequence[Any], cut: Cut) -> list[_Bin]:
    """The bins of sorted numbers: their places, the least and the greatest; of one value without either."""
    count = len(numbers)
    if isinstance(cut, tuple):
        # between two edges there is a bin whether or not it was used; beyond them only where it was
        places: list[list[int]] = [[] for _ in range(len(cut) + 1)]
        for place, number in enumerate(numbers):
            places[bisect_right(cut, number)].append(place)
        edges = [-math.inf, *cut, math.inf]
        inner = range(1, len(cut))
        return [(own, edges[at], edges[at + 1]) for at, own in enumerate(places) if own or at in inner]
    if cut is None or count <= cut:
        return [([place], None, None) for place in range(count)]
    found: list[_Bin] = []
    for number in range(cut):
        own = list(range(-(-number * count // cut), -(-(number + 1) * count // cut)))
        found.append((own, float(numbers[own[0]]), float(numbers[own[-1]])))
    return found


def _labels(bins: Sequence[_Bin], numbers: Sequence[Any], cut: Cut) -> list[str]:
    """What levels of numbers are called: values as they are, bins by as many digits as tell them apart."""

    def label(one: _Bin, digits: int) -> str:
        own, low, high = one
        if low is None or high is None or (own and low == high):
            return format_value(numbers[own[0]])
        if not isinstance(cut, tuple):
            return f"{_short(numbers[own[0]], digits)}..{_short(numbers[own[-1]], digits)}"
        if low == -math.inf:
            return f"<{_short(high, digits)}"
        return f">={_short(low, digits)}" if high == math.inf else f"{_short(low, digits)}..<{_short(high, digits)}"

    found: list[str] = []
    for digits in (4, 6, 9, 17):
        found = [label(one, digits) for one in bins]
        if len(set(found)) == len(found):
            break
    return found


def _short(number: Any, digits: int) -> str:
    return str(number) if isinstance(number, int) else f"{number:.{digits}g}"


def default_cut(values: Sequence[Value]) -> Cut:
    """How the values are cut where nobody says how: into bins where they are many numbers."""
    return BINS if sum(finite(value) is not None for value in values) > MOST else None
