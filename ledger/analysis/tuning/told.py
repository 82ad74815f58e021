"""What a tuner is told of configurations that were tried, and what it proposes. A lower value is better here."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence

from ledger.model.frozen import frozen
from ledger.model.space import Configuration, Space
from ledger.stats.contrast import mean

# how many times as far above the median as the best lies below it, a value is no worse than bad
_WORST = 3.0


@frozen
class Seen:
    """A configuration that was tried: its values, one a replicate, and how many replicates `failed` to give one."""

    configuration: Configuration
    values: tuple[float, ...]
    failed: int = 0

    @property
    def replicates(self) -> int:
        return len(self.values) + self.failed


@frozen
class Proposal:
    """A configuration to try. What is believed of its value, and how much better than the best it is expected to be:
    all None where nothing is known yet.
    """

    configuration: Configuration
    mean: float | None = None
    sd: float | None = None
    improvement: float | None = None


def key(configuration: Configuration) -> str:
    """The same text for the same configuration, in whatever order it names its parameters."""
    return json.dumps({name: configuration[name] for name in sorted(configuration)}, default=str)


def first(space: Space) -> int:
    """So many configurations are tried before any follows from what is known."""
    return min(max(len(space.dimensions) + 2, 5), 10)


def mean_of(one: Seen) -> float:
    """The mean of the values of a configuration that has some."""
    return mean(one.values)


def measured(told: Sequence[Seen]) -> int:
    """How many configurations have a value."""
    return sum(bool(one.values) for one in told)


def bad(known: Sequence[float]) -> float:
    """What a failed trial counts as beside these means: as the worst of them, or where that lies far out, as what is
    bad enough. Raises ValueError where there are none.
    """
    middle = statistics.median(known)
    return min(max(known), middle + _WORST * (middle - min(known))) if len(known) > 2 else max(known)


def squeezed(told: Sequence[Seen]) -> tuple[Seen, ...]:
    """The same with each value v above the median m of the means as m + s log(1 + (v − m) / s), where s is how far the
    best mean lies below m: how bad the bad ones are says little of where the best lies.
    """
    known = [mean(one.values) for one in told if one.values]
    if not known:
        return tuple(told)
    best, middle = min(known), statistics.median(known)
    # where half of them are as good as the best, the next one says what is a little worse
    scale = middle - best or min((value - best for value in known if value > best), default=1.0)

    def squeeze(value: float) -> float:
        if value <= middle:
            return value
        # so written, no quotient is too large for a number
        return middle + scale * (math.log(scale + (value - middle)) - math.log(scale))

    return tuple(
        Seen(configuration=one.configuration, values=tuple(map(squeeze, one.values)), failed=one.failed) for one in told
    )


def means(told: Sequence[Seen]) -> list[float]:
    """The mean of each configuration over its replicates, failed ones counted as the worst mean that was seen. Raises
    ValueError where nothing has a value.
    """
    worst = max(mean(one.values) for one in told if one.values)
    return [(sum(one.values) + worst * one.failed) / one.replicates for one in told]
