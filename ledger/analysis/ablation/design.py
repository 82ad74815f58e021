"""Which coalitions of groups an ablation trains on, and how the answer is read from a plan's arms again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.plan import Plan, Variant
from ledger.model.replicates import Point, Value
from ledger.stats.shapley import Coalition, Order, antithetic, beginnings, coalitions

MAX_EXACT: Final = 6
"""Of up to this many groups the Shapley values are exact: 63 coalitions. Beyond, orders are drawn."""

TAG: Final = "ablation"
"""The tag by which the experiments of ablations are found; another one is the design."""


class Design(StrEnum):
    """What is trained: the words of the command line and of `--json`."""

    LEAVE_OUT = "leave-out"
    """All, and all but each group."""

    ALONE = "alone"
    """All, and each group alone."""

    SHAPLEY = "shapley"
    """Every coalition, or those that come about as groups join in orders that are drawn."""


def wanted(design: Design, groups: Sequence[str]) -> tuple[Coalition, ...]:
    """The coalitions that every seed trains, all groups first. Of more than MAX_EXACT none says it for Shapley values:
    each seed has its own, see `drawn`.
    """
    whole = frozenset(groups)
    if design is Design.LEAVE_OUT:
        return (whole, *(whole - {group} for group in groups))
    if design is Design.ALONE:
        return (whole, *(frozenset({group}) for group in groups))
    return tuple(coalitions(groups))


def drawn(groups: Sequence[str], pairs: int, source: str, seed: Value) -> tuple[tuple[Order, ...], list[Coalition]]:
    """The orders of one seed and the coalitions that it trains, without the empty one: all groups, each alone, and the
    beginnings of the orders.

    Each seed has orders of its own, so that its values of the groups are independent of another's: the spread over
    seeds then holds the error of the drawing too, and an interval over seeds covers as it says.
    """
    orders = antithetic(groups, pairs, f"{source}:{seed}")
    known = dict.fromkeys([frozenset(groups), *(frozenset({group}) for group in groups)])
    known |= dict.fromkeys(coalition for order in orders for coalition in beginnings(order) if coalition)
    return orders, list(known)


def drawn_by(base: str, path: str) -> str:
    """The text by which the orders are drawn for a plan with that base."""
    return f"ablation:{base}:{path}"


def pairs_within(groups: Sequence[str], most: int) -> int:
    """How many pairs of orders, at most one a group, keep a seed to this many coalitions; 0 where not even one does."""
    counts = range(len(groups), 0, -1)
    return next((pairs for pairs in counts if len(drawn(groups, pairs, "", 0)[1]) <= most), 0)


@frozen
class Ablated:
    """What the arms of a plan say of its ablation: the groups of a path in the order of the plan.

    `worth` maps an arm to its coalition, `seeds` to the seed that it sets itself, where the plan has no axis of seeds.
    """

    path: str
    design: Design
    groups: tuple[str, ...]
    worth: Mapping[str, Coalition]
    seeds: Mapping[str, Point]


def ablated(plan: Plan, design: Design | None = None) -> Ablated:
    """The ablation that a plan holds, read as its own design or another one that its arms answer as well.

    Raises LedgerError where it holds none.
    """
    paths = dict.fromkeys(path for variant in plan.variants for path in variant.data)
    if len(paths) != 1 or len(plan.groups) != 1:
        raise _no_ablation(plan)
    (path,) = paths
    changes = [variant.data.get(path) for variant in plan.variants]
    alone = [change.only for change in changes if change is not None and len(change.only) == 1]
    named = [*alone, *(change.groups for change in changes if change is not None)]
    groups = tuple(dict.fromkeys(name for names in named for name in names))
    if not groups or any(change is not None and not change.groups for change in changes):
        raise _no_ablation(plan)
    own = next((known for known in Design if known.value in plan.tags), Design.LEAVE_OUT)
    return Ablated(
        path=path,
        design=design or own,
        groups=groups,
        worth={variant.name: coalition(variant, path, groups) for variant in plan.variants},
        seeds={variant.name: tuple(variant.params.items()) for variant in plan.variants if variant.params},
    )


def coalition(variant: Variant, path: str, groups: Iterable[str]) -> Coalition:
    """The groups that an arm has at a path."""
    change = variant.data.get(path)
    if change is None:
        return frozenset(groups)
    return frozenset(change.only) if change.only else frozenset(groups) - set(change.without)


def orders_of(plan: Plan, found: Ablated) -> dict[Point, tuple[Order, ...]]:
    """The orders that were drawn for each seed of a plan; none where every coalition was declared.

    Raises LedgerError where the arms of a seed are not those that follow from the plan's base.
    """
    orders = {}
    for point in dict.fromkeys(found.seeds.values()):
        declared = {found.worth[arm] for arm, own in found.seeds.items() if own == point}
        (_, seed), source = point[0], drawn_by(plan.base, found.path)
        tried = (drawn(found.groups, pairs, source, seed) for pairs in range(1, len(found.groups) + 1))
        known = next((order for order, coalitions in tried if set(coalitions) == declared), None)
        if known is None:
            raise LedgerError(
                f"the arms of {plan.name} at {point[0][0]} {seed} are not those that were drawn for it",
                hint="was the plan changed? git log -p on its hypothesis.md shows it; ledger ablate makes a new one",
            )
        orders[point] = known
    return orders


def _no_ablation(plan: Plan) -> LedgerError:
    return LedgerError(
        f"{plan.name} is not an ablation: its arms do not leave out groups of one path",
        hint="ledger ablate METRIC --path PATH --by site makes one",
    )
