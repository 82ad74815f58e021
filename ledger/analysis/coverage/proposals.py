"""Configurations that would try what has not been tried, as few as we find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ledger.analysis.coverage.combinations import Combinations
from ledger.analysis.coverage.excluded import Group
from ledger.analysis.coverage.greedy import Open, Row, drawn, in_order, is_possible, without_idle
from ledger.analysis.coverage.parameters import Varied
from ledger.model.frozen import frozen
from ledger.model.parameters import Value

# of this many combinations in all proposals it is looked at which of them others have too
_POLISHED: Final = 500_000


@frozen
class CoverageProposal:
    """A configuration to try: a value of every parameter that counts, and how many open combinations it closes."""

    params: Mapping[str, Value]
    closes: int


@frozen
class Proposals:
    """The configurations, first that which closes the most. `left`: how many combinations stay open after them."""

    proposals: tuple[CoverageProposal, ...]
    left: int


def proposals(found: Combinations, taken: Varied, groups: Sequence[Group], most: int) -> Proposals:
    """At most so many configurations that close the most open combinations: all of these where they suffice."""
    sizes = [len(one.levels) for one in taken.parameters]
    still = Open(found).count
    if not still:
        return Proposals(proposals=(), left=0)
    tries = []
    for rows in drawn(found, sizes, groups, most):
        polished = len(rows) * len(found.tables) <= _POLISHED
        tries.append(in_order(found, without_idle(found, rows) if polished else rows))
    made = min(tries, key=lambda rows: (-sum(closes for _, closes in rows), len(rows)))
    if len(made) * len(found.tables) <= _POLISHED:
        made = in_order(found, as_usual(found, [row for row, _ in made], usual(taken), groups))
    return Proposals(
        proposals=tuple(CoverageProposal(params=_params(row, taken, groups), closes=closes) for row, closes in made),
        left=still - sum(closes for _, closes in made),
    )


def as_usual(found: Combinations, rows: Sequence[Row], usual: Row, groups: Sequence[Group]) -> list[Row]:
    """The configurations with the usual level of a parameter wherever they close no less with it."""
    still = Open(found)
    has = [still.closed_by(row) for row in rows]
    count = Counter(one for own in has for one in own)
    made: list[Row] = []
    for row, own in zip(rows, has, strict=True):
        for place, level in enumerate(usual):
            other = (*row[:place], level, *row[place + 1 :])
            if level == row[place] or any(place in one[0] and count[one] == 1 for one in own):
                continue
            if is_possible(other, groups):
                row, before, own = other, own, still.closed_by(other)
                count.subtract(before)
                count.update(own)
        made.append(row)
    return made


def usual(taken: Varied) -> Row:
    """The most used level of every parameter."""
    return tuple(
        int(np.bincount(column[column >= 0], minlength=len(one.levels)).argmax())
        for one, column in zip(taken.parameters, taken.codes.T, strict=True)
    )


def _params(row: Row, taken: Varied, groups: Sequence[Group]) -> dict[str, Value]:
    """The values for levels: the most used of each, or of those that expressions allow together."""
    found = {one.name: one.levels[level].values[0] for one, level in zip(taken.parameters, row, strict=True)}
    for group in groups:
        found |= group.completed(dict(enumerate(row)))
    return found
