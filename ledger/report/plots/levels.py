"""The lines that a bisection draws through its trials: a step, a drift, or one level."""

from __future__ import annotations

from typing import TypeAlias

from ledger.analysis.bisection.answer import Bisection
from ledger.model.finding import Answer
from ledger.stats.contrast import mean

Points: TypeAlias = list[tuple[float, float]]


def levels(found: Bisection) -> list[Points]:
    """Each line as points (place of the version, metric); none where nothing is known yet.

    A step among several versions leaves a gap over them.
    """
    last = len(found.versions) - 1
    values = [(at, value) for at, each in enumerate(found.versions) for value in each.values]
    if found.levels is not None:
        before, after = found.levels
        left, right = found.places[0] - 1, found.places[-1]
        if len(found.places) == 1:
            return [[(-0.4, before), (right - 0.5, before), (right - 0.5, after), (last + 0.4, after)]]
        return [[(-0.4, before), (left + 0.5, before)], [(right - 0.5, after), (last + 0.4, after)]]
    if found.answer is Answer.DRIFT and len({at for at, _ in values}) > 1:
        # least squares, as the hypothesis of a drift has it
        x, y = mean([at for at, _ in values]), mean([value for _, value in values])
        slope = sum((at - x) * (value - y) for at, value in values) / sum((at - x) ** 2 for at, _ in values)
        return [[(end, y + slope * (end - x)) for end in (0.0, float(last))]]
    if found.answer is Answer.NONE and values:
        level = mean([value for _, value in values])
        return [[(-0.4, level), (last + 0.4, level)]]
    return []
