"""Shapley values: golden values of known games, and orders that are drawn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable

import pytest

from ledger.stats.shapley import antithetic, beginnings, coalitions, exact, over_orders

EMPTY: frozenset[str] = frozenset()


def game(worth: Callable[[frozenset[str]], float], players: Iterable[str]) -> dict[frozenset[str], float]:
    """The worth of every coalition by a function of its members."""
    return {each: worth(each) for each in [EMPTY, *coalitions(list(players))]}


def test_gloves() -> None:
    # one left glove, two right ones; a pair is worth 1 (Shapley & Shubik): 2/3, 1/6, 1/6
    worth = game(lambda each: float("l" in each and bool(each & {"r", "q"})), ["l", "r", "q"])
    assert exact(worth, ["l", "r", "q"]) == pytest.approx({"l": 2 / 3, "r": 1 / 6, "q": 1 / 6})


def test_airport() -> None:
    # a runway costs what the largest aeroplane needs: 8, 11, 13, 18 (Littlechild & Owen 1973): 2, 3, 4, 9
    needs = {"a": 8.0, "b": 11.0, "c": 13.0, "d": 18.0}
    worth = game(lambda each: max((needs[one] for one in each), default=0.0), list(needs))
    assert exact(worth, list(needs)) == pytest.approx({"a": 2.0, "b": 3.0, "c": 4.0, "d": 9.0})


def test_values_add_up_to_what_all_are_worth() -> None:
    players = ["a", "b", "c", "d", "e"]
    worth = game(lambda each: math.sin(sum(map(ord, each))) + len(each) ** 0.5, players)
    assert sum(exact(worth, players).values()) == pytest.approx(worth[frozenset(players)] - worth[EMPTY])
    orders = antithetic(players, 2, "text")
    assert sum(over_orders(worth, orders).values()) == pytest.approx(worth[frozenset(players)] - worth[EMPTY])


def test_all_orders_give_the_exact_values() -> None:
    players = ["a", "b", "c", "d"]
    worth = game(lambda each: math.cos(sum(map(ord, each))), players)
    assert over_orders(worth, list(itertools.permutations(players))) == pytest.approx(exact(worth, players))


def test_one_pair_of_orders_is_exact_where_only_pairs_interact() -> None:
    players = [f"p{number}" for number in range(8)]
    own = {player: float(number) for number, player in enumerate(players)}
    joint = {frozenset(pair): math.sin(i) for i, pair in enumerate(itertools.combinations(players, 2))}
    worth = {
        each: sum(own[one] for one in each) + sum(extra for pair, extra in joint.items() if pair <= each)
        for each in [EMPTY, *coalitions(players)]
    }
    assert over_orders(worth, antithetic(players, 1, "any")) == pytest.approx(exact(worth, players))


def test_a_whole_circle_is_exact_where_only_the_size_matters() -> None:
    players = [f"p{number}" for number in range(7)]
    own = {player: float(number) for number, player in enumerate(players)}
    worth = game(lambda each: sum(own[one] for one in each) + 10 * math.sqrt(len(each)), players)
    assert over_orders(worth, antithetic(players, 7, "any")) == pytest.approx(exact(worth, players))


def test_orders_follow_from_the_text() -> None:
    players = ["a", "b", "c", "d", "e", "f", "g"]
    orders = antithetic(players, 3, "one")
    assert orders == antithetic(reversed(players), 3, "one") != antithetic(players, 3, "two")
    assert len(set(orders)) == 6
    assert all(sorted(order) == players for order in orders)
    assert [orders[at] == orders[at + 1][::-1] for at in (0, 2, 4)] == [True] * 3


def test_first_places_are_drawn_evenly() -> None:
    players = ["a", "b", "c", "d"]
    first = [antithetic(players, 1, f"text {number}")[0][0] for number in range(2000)]
    assert all(abs(first.count(player) - 500) < 80 for player in players)


def test_beginnings() -> None:
    assert beginnings(("b", "a")) == [frozenset(), frozenset("b"), frozenset("ab")]
