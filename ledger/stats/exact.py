"""Exact tests by enumeration, for display only: no verdict rests on them.

They assume less than t tests, and pay for it where experiments live: of n pairs there are only 2**n patterns of signs,
so that under n = 5 no one-sided p can reach 0.05 however large the difference is, and a margin that is not zero, or
relative, or a confidence interval, is beyond them without further assumptions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ledger.model.frozen import frozen

MAX_PAIRS = 20
MAX_VALUES = 60

# sums that differ by less than this share are the same but for rounding
_ROUNDING = 1e-12


class TooMany(ValueError):
    """There are more values than can be enumerated in reasonable time."""


@frozen
class Superiority:
    """`share`: the probability that a value of a is above one of b, ties by half; its two-sided `p_value` against ½.

    `wins` is U, the number of the pairs of a and b that a wins.
    """

    wins: float
    pairs: int
    p_value: float

    @property
    def share(self) -> float:
        """The estimate of P(A > B)."""
        return self.wins / self.pairs


def sign_flip(differences: Sequence[float]) -> float:
    """One-sided p of "the differences lie symmetrically around zero", small where they are positive (Fisher 1935).

    The share of the 2**n patterns of signs whose sum is no less than the observed one. Raises TooMany past 20
    differences, ValueError without any.
    """
    if not differences:
        raise ValueError("there are no differences")
    if len(differences) > MAX_PAIRS:
        raise TooMany(f"{len(differences)} pairs, {MAX_PAIRS} at most are enumerated")
    sizes = [abs(d) for d in differences]
    sums = [0.0]
    for size in sizes:
        sums = [total + sign * size for total in sums for sign in (1, -1)]
    least = math.fsum(differences) - _ROUNDING * math.fsum(sizes)
    return sum(total >= least for total in sums) / len(sums)


def superiority(a: Sequence[float], b: Sequence[float]) -> Superiority:
    """How often a is above b, with the exact p of Mann & Whitney's test (1947), ties by mid-ranks.

    The null distribution counts, among all ways to choose which values are a's, those whose U lies as far from its
    middle. Raises TooMany past 60 values on both sides together, ValueError where a side has none.
    """
    if not a or not b:
        raise ValueError("a side has no values")
    if len(a) + len(b) > MAX_VALUES:
        raise TooMany(f"{len(a) + len(b)} values, {MAX_VALUES} at most are enumerated")
    # everything is doubled, so that halves stay whole
    wins = sum((x > y) * 2 + (x == y) for x in a for y in b)
    pooled = [*a, *b]
    ranks = [sum((x > y) * 2 + (x == y) for y in pooled) + 1 for x in pooled]
    counts = _sums(ranks, len(a))
    middle = len(a) * (len(pooled) + 1)
    distance = abs(wins - len(a) * len(b))
    extreme = sum(count for total, count in counts.items() if abs(total - middle) >= distance)
    return Superiority(wins=wins / 2, pairs=len(a) * len(b), p_value=extreme / math.comb(len(pooled), len(a)))


def _sums(values: Sequence[int], size: int) -> dict[int, int]:
    """How many choices of `size` of the values have each sum."""
    chosen: list[dict[int, int]] = [{0: 1}, *({} for _ in range(size))]
    for value in values:
        for taken in range(size, 0, -1):
            for total, count in chosen[taken - 1].items():
                chosen[taken][total + value] = chosen[taken].get(total + value, 0) + count
    return chosen[size]
