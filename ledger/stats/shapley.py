"""Shapley values: what each player adds to the worth of a coalition, averaged over the orders that they come in."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

Coalition: TypeAlias = frozenset[str]
Worth: TypeAlias = Mapping[Coalition, float]
Order: TypeAlias = tuple[str, ...]


def coalitions(players: Sequence[str]) -> Iterator[Coalition]:
    """Every coalition of one player or more, the largest first: 2^k - 1 of them."""
    for size in range(len(players), 0, -1):
        yield from (frozenset(chosen) for chosen in itertools.combinations(players, size))


def exact(worth: Worth, players: Sequence[str]) -> dict[str, float]:
    """The value of each player, from the worth of every coalition, the empty one among them (Shapley 1953).

    φ(i) = Σ |S|! (k - |S| - 1)! / k! · (v(S ∪ i) - v(S)), over all S without i.
    """
    k = len(players)
    weights = [1 / (k * math.comb(k - 1, size)) for size in range(k)]
    without = [frozenset(), *coalitions(players)]
    return {
        player: math.fsum(
            weights[len(others)] * (worth[others | {player}] - worth[others])
            for others in without
            if player not in others
        )
        for player in players
    }


def over_orders(worth: Worth, orders: Sequence[Order]) -> dict[str, float]:
    """The mean of what each player adds to those before it in the orders (Castro, Gómez & Tejada 2009).

    It is unbiased over random orders. `worth` has the empty coalition and the beginnings of every order.
    """
    added: dict[str, list[float]] = {player: [] for player in orders[0]}
    for order in orders:
        for before, after in itertools.pairwise(beginnings(order)):
            (player,) = after - before
            added[player].append(worth[after] - worth[before])
    return {player: math.fsum(values) / len(orders) for player, values in added.items()}


def beginnings(order: Order) -> list[Coalition]:
    """The coalitions that come about as players join in this order, from the empty one to all."""
    return [frozenset(order[:count]) for count in range(len(order) + 1)]


def antithetic(players: Iterable[str], pairs: int, source: str) -> tuple[Order, ...]:
    """So many pairs of an order and its reverse, at most as many as there are players, drawn by a text.

    The same text draws the same. A reverse undoes what being early or late is worth in the first order: with pairs,
    what two players do to each other is divided without any error of sampling (Mitchell, Cooper, Frank & Holmes 2022,
    "Sampling Permutations for Shapley Value Estimation"). The pairs begin at evenly spaced places of one circle of the
    players, so that everybody comes at all times.
    """
    circle = sorted(players, key=lambda player: hashlib.sha256(f"{source}\0{player}".encode()).digest())
    starts = (round(number * len(circle) / pairs) for number in range(pairs))
    turned = ((*circle[start:], *circle[:start]) for start in starts)
    return tuple(order for one in turned for order in (one, one[::-1]))
