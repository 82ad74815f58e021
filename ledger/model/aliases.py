"""The names that metrics have had: `aliases:` in `ledger.yaml`. Records stay as they are and are read by one name.

    aliases:
      dice: [val_dice, metrics/dice]

`dice` is the name now. This is the one place that knows what a name in a record, a plan or a setting stands for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import field

from ledger.model.frozen import frozen


@frozen
class Aliases:
    """What metrics are called: `current` is the present name of each former one."""

    current: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.current)

    def now(self, name: str) -> str:
        """The name of a metric now; the name itself where it never had another."""
        return self.current.get(name, name)

    def same(self, a: str, b: str) -> bool:
        """Whether two names are one metric's."""
        return self.now(a) == self.now(b)

    def read(self, metrics: Mapping[str, float]) -> Mapping[str, float]:
        """A record's metrics by their present names, without those of which it has several names and values."""
        if not self.current or self.current.keys().isdisjoint(metrics):
            return metrics
        unclear = {self.now(names[0]) for names in self.unclear(metrics)}
        found = {self.now(name): value for name, value in metrics.items()}
        return {name: value for name, value in found.items() if name not in unclear}

    def unclear(self, metrics: Mapping[str, float]) -> tuple[tuple[str, ...], ...]:
        """The names that a record has for one metric, with different values: each group that is so."""
        if self.current.keys().isdisjoint(metrics):
            return ()
        names: dict[str, list[str]] = {}
        for name in metrics:
            names.setdefault(self.now(name), []).append(name)
        return tuple(tuple(group) for group in names.values() if not _alike(metrics[name] for name in group))

    def to_mapping(self) -> dict[str, list[str]]:
        """As it stands in `ledger.yaml`; `parse` reads it back."""
        found: dict[str, list[str]] = {}
        for name, now in self.current.items():
            found.setdefault(now, []).append(name)
        return {now: sorted(names) for now, names in sorted(found.items())}

    def among(self, names: Iterable[str]) -> Aliases:
        """Those of the aliases that join these names."""
        chosen = sorted({name for name in names if name in self.current})
        return Aliases(current={name: self.current[name] for name in chosen})


NONE = Aliases()


def _alike(values: Iterable[float]) -> bool:
    first, *others = values
    return all(value == first or (math.isnan(value) and math.isnan(first)) for value in others)


def parse(value: object) -> Aliases:
    """The aliases that a mapping of names to lists of former names states.

    Raises ValueError, which continues from the key: (the part of the key that is wrong, what is wrong with it).
    """
    if not isinstance(value, dict):
        raise _wrong("", f"is {value!r}, not a mapping of metrics to the names that they had")
    current: dict[str, str] = {}
    for name, former in value.items():
        if not _is_name(name):
            raise _wrong("", f"has {name!r}, which is not a metric name")
        if not isinstance(former, list) or not former or not all(map(_is_name, former)):
            raise _wrong(name, f"is {former!r}, not a list of the names that {name} had")
        for one in former:
            if one == name:
                raise _wrong(name, f"has {name} itself: it lists the names that the metric had before")
            if one in current:
                twice = "twice" if current[one] == name else f"for {current[one]} too: no name can be two metrics'"
                raise _wrong(name, f"has {one} {twice}")
            if one in value:
                raise _wrong(name, f"has {one}, which has a list of its own: one list holds all names of a metric")
            current[one] = name
    return Aliases(current=current)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value.isprintable()


def _wrong(key: str, said: str) -> ValueError:
    return ValueError(key, said)
