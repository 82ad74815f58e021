"""What each group adds, replicate by replicate: two numbers each, whose difference is the effect."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ledger.analysis.ablation.design import Ablated, Design
from ledger.model.replicates import Point
from ledger.stats.contrast import mean
from ledger.stats.shapley import Coalition, Order, beginnings, coalitions, exact, over_orders

Worths: TypeAlias = Mapping[Point, Mapping[Coalition, float]]
"""The metric by replicate and coalition."""

Pairs: TypeAlias = Mapping[Point, tuple[float, float]]
"""With the group and without it; the difference is what it adds."""

_EMPTY: Coalition = frozenset()


def worths(found: Ablated, values: Mapping[str, Mapping[Point, float]]) -> dict[Point, dict[Coalition, float]]:
    """The values of the arms by replicate: that of the trial, or the seed that the arm sets."""
    made: dict[Point, dict[Coalition, float]] = {}
    for arm, coalition in found.worth.items():
        for point, value in values.get(arm, {}).items():
            made.setdefault(found.seeds.get(arm, point), {})[coalition] = value
    return made


def effects(
    found: Ablated, known: Worths, orders: Mapping[Point, Sequence[Order]], *, empty: float | None
) -> dict[str, Pairs]:
    """The pairs of every group at the replicates where all that its effect needs has a value.

    - leave-out: all groups, and all but this one.
    - alone: this group alone, and the reference.
    - shapley: all groups, and all less the Shapley value of this one; with the reference as the worth of no group.

    No model can be trained on nothing. The reference is the declared worth of that (`empty`: what a guess scores, as
    data valuation does; Ghorbani & Zou 2019), or else the mean of the groups alone at the same replicate: then a group
    is compared with an average one, and values differ from those by `empty` by one number that all groups share.
    """
    if found.design is Design.LEAVE_OUT:
        return {group: _left_out(known, frozenset(found.groups), group) for group in found.groups}
    references = _references(found.groups, known, empty)
    if found.design is Design.ALONE:
        return {
            group: {
                point: (known[point][frozenset({group})], reference)
                for point, reference in references.items()
                if frozenset({group}) in known[point]
            }
            for group in found.groups
        }
    return _shapley(found, known, orders, references)


def _left_out(known: Worths, whole: Coalition, group: str) -> Pairs:
    rest = whole - {group}
    return {point: (worth[whole], worth[rest]) for point, worth in known.items() if whole in worth and rest in worth}


def _references(groups: Sequence[str], known: Worths, empty: float | None) -> dict[Point, float]:
    """The worth of no group by replicate. A group that has no value alone anywhere is in no mean."""
    if empty is not None:
        return dict.fromkeys(known, empty)
    alone = [frozenset({group}) for group in groups]
    tried = [one for one in alone if any(one in worth for worth in known.values())]
    return {
        point: mean([worth[one] for one in tried])
        for point, worth in known.items()
        if tried and all(one in worth for one in tried)
    }


def _shapley(
    found: Ablated, known: Worths, orders: Mapping[Point, Sequence[Order]], references: Mapping[Point, float]
) -> dict[str, Pairs]:
    whole = frozenset(found.groups)
    alone = {frozenset({group}) for group in found.groups}
    needed = set(coalitions(found.groups)) if not orders else set()
    made: dict[str, dict[Point, tuple[float, float]]] = {group: {} for group in found.groups}
    for point, reference in references.items():
        worth = {**known[point], _EMPTY: reference}
        own = orders.get(point, ())
        wanted = needed or {each for order in own for each in beginnings(order) if each} | alone
        # without an average over all that are wanted a group's value would depend on which trials failed
        if not wanted or not wanted <= worth.keys():
            continue
        values = _over_orders(found.groups, worth, own) if own else exact(worth, found.groups)
        for group, value in values.items():
            made[group][point] = (worth[whole], worth[whole] - value)
    return dict[str, Pairs](made)


def _over_orders(groups: Sequence[str], worth: Mapping[Coalition, float], orders: Sequence[Order]) -> dict[str, float]:
    """The estimates from some orders, as free of their luck as what is known of each group alone makes them.

    The worth of no group counts for whoever comes first, which orders decide; over all of them it takes the same from
    everybody. So the orders are weighed with the worth that it would have if the groups added up, and the difference is
    divided evenly: as unbiased, and exact where the groups do add up.
    """
    count, alone = len(groups), [worth[frozenset({group})] for group in groups]
    added_up = (math.fsum(alone) - worth[frozenset(groups)]) / (count - 1)
    shift = (worth[_EMPTY] - added_up) / count
    return {group: value - shift for group, value in over_orders({**worth, _EMPTY: added_up}, orders).items()}
