"""What people may call a trial: by its file's stem, and with an axis by its last word, `seed-0` for `train.seed-0`.

A last word is taken where it is unambiguous: where no other axis of the point ends so, or is called so.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from ledger.model import replicates
from ledger.model.frozen import frozen
from ledger.model.replicates import Point


@frozen
class Called:
    """The point that a trial's name means; `attempt` is None where the name leaves open which is meant."""

    point: Point
    attempt: int | None


def last_word(name: str) -> str:
    """`seed`, of the parameter `train.seed` or `other.yaml:train.seed`."""
    return name.rpartition(":")[2].rpartition(".")[2]


def by_last_word(word: str, names: Iterable[str]) -> str | None:
    """The one of the names that is the word, or else the only one that ends with it; None where that is unclear."""
    known = tuple(dict.fromkeys(names))
    ending = [name for name in known if last_word(name) == word]
    return word if word in known else ending[0] if len(ending) == 1 else None


def short_names(names: Sequence[str]) -> list[str]:
    """The names without the mappings that they stand in, where they can be told apart without."""
    ends = [last_word(name) for name in names]
    return [end if ends.count(end) == 1 else name for name, end in zip(names, ends, strict=True)]


def spellings(point: Point) -> tuple[str, ...]:
    """What a point may be called, its slug first."""
    names = [name for name, _ in point]
    words = [
        dict.fromkeys((name, last_word(name)) if by_last_word(last_word(name), names) == name else (name,))
        for name in names
    ]
    renamed = (
        tuple((word, value) for word, (_, value) in zip(chosen, point, strict=True))
        for chosen in itertools.product(*words)
    )
    return tuple(dict.fromkeys(replicates.slug(each) for each in renamed))


def called(name: str, points: Iterable[Point]) -> tuple[Called, ...]:
    """The points that a trial's name means: one that has the name as its slug alone, else all that may be called so.

    `seed-0.2` is the second attempt, and `seed-0.1` says expressly that the first is meant.
    """
    slug, dot, number = name.rpartition(".")
    stem, attempt = (slug, 1) if dot and number == "1" else replicates.split_stem(name)
    said = attempt if stem != name else None
    every = {replicates.slug(point): point for point in points}
    if stem in every:
        return (Called(point=every[stem], attempt=said),)
    return tuple(Called(point=point, attempt=said) for point in every.values() if stem in spellings(point))
