"""A plan's `search:` for the best parameters: over which space, by which metric, with what known from before.

Its configurations are arms. A name is the number of the configuration within the space, so that it need not be
declared, and any clone can tell from the plan alone which parameters an arm has.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from ledger.model.directions import HIGHER
from ledger.model.frozen import frozen
from ledger.model.names import MAX_NAME
from ledger.model.parameters import Value
from ledger.model.search import RULE, TUNE
from ledger.model.space import Choice, Configuration, Dimension, Space, is_number, same

CURRENT: Final = "current"
"""The arm that has the parameters' values as they stand where the plan was forked."""

_PREFIX: Final = "try-"
_EARLIER: Final = "earlier-"
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@frozen
class Earlier:
    """A configuration that other experiments have tried at the same code and data: its values, one a replicate, how
    many replicates `failed` to give one, and the arm that tried it (`experiment:variant`).
    """

    configuration: Configuration
    values: tuple[float, ...]
    failed: int = 0
    arm: str


@frozen
class TuneSearch:
    """What is tuned, and by which rule the next trials follow from those recorded.

    - `rule`: the `RULE` of the ledger that made the plan.
    - `better`: whether a `higher` or a `lower` value of the metric is better.
    - `space`: what the parameters may be.
    - `current`: the values that they have on the branch, which are tried first; None where they lie outside.
    - `model`: by what configurations are proposed, `gp` or `tpe`.
    - `budget`: trials in all.
    - `earlier`: what was known when it began.
    """

    kind: Literal["tune"] = TUNE
    rule: int = RULE
    metric: str
    better: str
    space: Space
    current: Configuration | None = None
    model: str = "gp"
    budget: int = 40
    earlier: tuple[Earlier, ...] = ()

    @property
    def sign(self) -> int:
        """What a value is multiplied by so that lower is better."""
        return -1 if self.better == HIGHER else 1

    @property
    def source(self) -> str:
        """The text that chance comes from: other spaces begin at other points."""
        return f"tune {self.metric} {' '.join(map(str, self.space.dimensions))}"

    def configuration(self, arm: str) -> Configuration | None:
        """The parameters of an arm; None for a name that the search gives to none."""
        if arm == CURRENT:
            return self.current
        if arm.startswith(_EARLIER):
            found = next((one for n, one in enumerate(self.earlier, 1) if f"{_EARLIER}{n}" == arm), None)
            return None if found is None else found.configuration
        number = _number(arm.removeprefix(_PREFIX)) if arm.startswith(_PREFIX) else None
        chosen = None if number is None else _at(self.space, number)
        # one configuration has one name
        return None if chosen is None or (self.current is not None and _alike(self.current, chosen)) else chosen

    def arm(self, configuration: Configuration) -> str:
        """The name of the arm that has these parameters, each of them a level of its domain, current or earlier."""
        if self.current is not None and _alike(self.current, configuration):
            return CURRENT
        number = place(self.space, configuration)
        if number is not None:
            return f"{_PREFIX}{_text(number)}"
        known = next(n for n, one in enumerate(self.earlier, 1) if _alike(one.configuration, configuration))
        return f"{_EARLIER}{known}"


def nameable(space: Space) -> bool:
    """Whether every configuration of the space has a name that an arm may have."""
    combinations = math.prod(len(dimension.domain.levels) for dimension in space.dimensions)
    return len(f"{_PREFIX}{_text(combinations)}") <= MAX_NAME


def leader(values: Mapping[str, Sequence[float]], replicates: int, better: str) -> str | None:
    """The best of the arms by their means, each over all `replicates`; while none has these, of those with the most
    values. What they are compared with (`CURRENT`) is among them however many it has. Of several the first; None where
    no arm has a value.
    """
    most = min(max((len(own) for arm, own in values.items() if arm != CURRENT), default=0), replicates)
    means = {arm: sum(own) / len(own) for arm, own in values.items() if own and (len(own) >= most or arm == CURRENT)}
    if not means:
        return None
    return (max if better == HIGHER else min)(means, key=lambda arm: means[arm])


def _alike(a: Configuration, b: Configuration) -> bool:
    return a.keys() == b.keys() and all(same(value, b[name]) for name, value in a.items())


def place(space: Space, configuration: Configuration) -> int | None:
    """The number of a configuration within its space: its levels are the digits, what does not count is 0. None where
    a value is not a level.
    """
    number = 0
    for dimension in space.dimensions:
        digit = _digit(dimension, configuration[dimension.name]) if dimension.name in configuration else 0
        if digit is None:
            return None
        number = number * len(dimension.domain.levels) + digit
    return number


def _digit(dimension: Dimension, value: Value) -> int | None:
    levels = dimension.domain.levels
    if isinstance(dimension.domain, Choice):
        return next((n for n, level in enumerate(levels) if same(level, value)), None)
    if not is_number(value):
        return None
    at = bisect_left(levels, value)  # type: ignore[type-var]
    return at if at < len(levels) and same(levels[at], value) else None


def _at(space: Space, number: int) -> dict[str, Value] | None:
    """The configuration of a number; None where it is that of none, or of one that has another."""
    digits: dict[str, int] = {}
    for dimension in reversed(space.dimensions):
        number, digits[dimension.name] = divmod(number, len(dimension.domain.levels))
    found = space.active(lambda dimension: dimension.domain.levels[digits[dimension.name]])
    return None if number or any(digit and name not in found for name, digit in digits.items()) else found


def _text(number: int) -> str:
    digits = []
    while True:
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
        if not number:
            return "".join(reversed(digits))


def _number(text: str) -> int | None:
    """The number that is written so; None where `_text` would write it otherwise."""
    if not text or len(text) > MAX_NAME or not set(text) <= set(_DIGITS) or (text[0] == "0" and text != "0"):
        return None
    return int(text, len(_DIGITS))
