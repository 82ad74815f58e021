"""The space of a search for the best parameters: what each may be, and when it counts at all.

    lr=1e-5..1e-1:log       layers=2..6       opt=adam,sgd       nesterov=true,false
    momentum=0.0..0.99 if opt = sgd

Every domain is a finite list of levels, so that a configuration has an exact name and the same rounded values on every
machine. Ranges of numbers that have more are cut into `STEPS` even steps.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Final, TypeAlias, TypeGuard

from ledger.model.frozen import frozen
from ledger.model.parameters import Value
from ledger.model.typed_values import format_value

STEPS: Final = 1000
"""Into so many steps a range of numbers is cut."""

Configuration: TypeAlias = Mapping[str, Value]
"""The values of the parameters that count, by their names."""


@frozen
class Range:
    """Numbers between two ends, both included; `whole` ones where both ends are. `log`: evenly by their ratio."""

    low: float
    high: float
    log: bool = False

    @property
    def whole(self) -> bool:
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def levels(self) -> tuple[Value, ...]:
        """The numbers that are proposed, ascending."""
        return _levels(self.low, self.high, self.log, self.whole)

    @property
    def ordered(self) -> bool:
        return True

    def place(self, value: object) -> float | None:
        """Where a value lies between the ends, from 0 to 1; None where it lies beyond them or is not a number."""
        if not is_number(value) or not self.low <= value <= self.high or (self.whole and value != int(value)):
            return None
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def __str__(self) -> str:
        return f"{format_value(self.low)}..{format_value(self.high)}{':log' if self.log else ''}"


@frozen
class Choice:
    """Some values, in the order in which they were given. Of numbers, those that lie side by side are more alike."""

    values: tuple[Value, ...]

    @property
    def levels(self) -> tuple[Value, ...]:
        return tuple(sorted(self.values, key=_magnitude)) if self.ordered else self.values

    @property
    def ordered(self) -> bool:
        return all(map(is_number, self.values))

    def place(self, value: object) -> float | None:
        """The place of a value among the levels, from 0 to 1; None where it is none of them."""
        at = next((n for n, level in enumerate(self.levels) if same(level, value)), None)
        return None if at is None else at / (len(self.values) - 1)

    def __str__(self) -> str:
        return ",".join(map(_typed, self.values))


Domain: TypeAlias = Range | Choice


@frozen
class Condition:
    """That a parameter has one of some values, itself where it counts."""

    name: str
    values: tuple[Value, ...]

    def met(self, configuration: Configuration) -> bool:
        return self.name in configuration and any(same(configuration[self.name], value) for value in self.values)

    def __str__(self) -> str:
        if len(self.values) == 1:
            return f"{self.name} = {_typed(self.values[0])}"
        return f"{self.name} in ({', '.join(map(_typed, self.values))})"


@frozen
class Dimension:
    """A parameter, what it may be, and `when` it counts: always where None."""

    name: str
    domain: Domain
    when: Condition | None = None

    def __str__(self) -> str:
        return f"{self.name}={self.domain}{'' if self.when is None else f' if {self.when}'}"


@frozen
class Space:
    """The parameters of a search. A condition is about one that stands before it (`checked_space` sees to it)."""

    dimensions: tuple[Dimension, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dimension.name for dimension in self.dimensions)

    @property
    def size(self) -> int:
        """How many configurations there are."""
        return _size(self.dimensions, {})

    def active(self, wanted: Callable[[Dimension], Value]) -> dict[str, Value]:
        """A configuration of what is wanted of each parameter that counts."""
        found: dict[str, Value] = {}
        for dimension in self.dimensions:
            if dimension.when is None or dimension.when.met(found):
                found[dimension.name] = wanted(dimension)
        return found

    def within(self, values: Mapping[str, object]) -> tuple[dict[str, Value], str | None]:
        """The configuration that values of parameters are, those that do not count left out; and the name of the first
        that lies outside of what it may be, or is missing.
        """
        found: dict[str, Value] = {}
        for dimension in self.dimensions:
            if dimension.when is not None and not dimension.when.met(found):
                continue
            value = values.get(dimension.name, _ABSENT)
            if value is _ABSENT or dimension.domain.place(value) is None:
                return found, dimension.name
            found[dimension.name] = value  # type: ignore[assignment]
        return found, None


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a finite number that a float can hold, and no truth value."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def same(a: object, b: object) -> bool:
    """Whether two values of parameters are one: numbers by their size, others by their kind too."""
    if is_number(a) and is_number(b):
        return a == b
    return type(a) is type(b) and a == b


_ABSENT: Final = object()
_PLAIN: Final = re.compile(r"[\w./+-]+")


def _magnitude(value: Value) -> float:
    assert isinstance(value, int | float)
    return value


def _typed(value: Value) -> str:
    """As it is typed in a list, where commas, dots, colons and the word `if` have meanings of their own."""
    text = format_value(value)
    bare = not isinstance(value, str) or text != value or (_PLAIN.fullmatch(text) and ".." not in text)
    return text if bare else json.dumps(text, ensure_ascii=False)


@cache
def _levels(low: float, high: float, log: bool, whole: bool) -> tuple[Value, ...]:
    if whole and high - low <= STEPS:
        return tuple(range(int(low), int(high) + 1))
    inner = map(round, _even(low, high, log)) if whole else _round_by_ratio(low, high) if log else _round(low, high)
    return (low, *(value for value in dict.fromkeys(inner) if low < value < high), high)


def _even(low: float, high: float, log: bool) -> list[float]:
    shares = [n / STEPS for n in range(1, STEPS)]
    return [low * (high / low) ** share if log else low + (high - low) * share for share in shares]


def _round_by_ratio(low: float, high: float) -> Iterator[float]:
    for before, value in pairwise([low, *_even(low, high, log=True)]):
        # no finer than its step: a value that people can read
        yield round(value, -math.floor(math.log10(value - before)))


def _round(low: float, high: float) -> Iterator[float]:
    """The multiples of a round step."""
    wide = (high - low) / STEPS
    digits = math.floor(math.log10(wide))
    step = next(s for s in (1, 2, 5, 10, 20) if float(f"{s}e{digits}") >= wide * (1 - 1e-9))
    # as decimals: so written, 0.3 is 3 steps of 0.1
    exact = Decimal(step).scaleb(digits)
    first = math.floor(Decimal(low) / exact)
    return (float(exact * n) for n in range(first, first + 2 * STEPS) if exact * n < Decimal(high))


def _size(dimensions: Sequence[Dimension], chosen: Configuration) -> int:
    if not dimensions:
        return 1
    first, *rest = dimensions
    if first.when is not None and not first.when.met(chosen):
        return _size(rest, chosen)
    if not any(later.when is not None and later.when.name == first.name for later in rest):
        return len(first.domain.levels) * _size(rest, chosen)
    return sum(_size(rest, {**chosen, first.name: level}) for level in first.domain.levels)
