"""Bad or only different: never more than the groups show."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

import pytest

from ledger.analysis.bisection.nature import Effect, Nature, groups_of, judge, of_cases, own_groups
from ledger.analysis.case_results import CaseResults
from ledger.model.replicates import Point

GROUPS = {"a": "dice.a", "b": "dice.b", "c": "dice.c"}


def trials(levels: Mapping[str, float], seed: int, sd: float = 0.005) -> dict[Point, dict[str, float]]:
    luck = random.Random(seed)
    return {
        (("seed", at),): {f"dice.{group}": luck.gauss(level, sd) for group, level in levels.items()} for at in range(5)
    }


BEFORE = trials({"a": 0.6, "b": 0.6, "c": 0.4}, 1)


@pytest.mark.parametrize(
    ("after", "own", "expected"),
    [
        ({"a": 0.5, "b": 0.5, "c": 0.3}, {"c"}, Nature.BAD),
        ({"a": 0.5, "b": 0.5, "c": 0.6}, {"c"}, Nature.DIFFERENT),
        # its own is not told from what it was
        ({"a": 0.5, "b": 0.5, "c": 0.4}, {"c"}, Nature.UNDECIDED),
        # nothing says which is its own
        ({"a": 0.5, "b": 0.5, "c": 0.6}, set(), Nature.UNDECIDED),
        # it harms its own alone, or helps another
        ({"a": 0.6, "b": 0.6, "c": 0.3}, {"c"}, Nature.UNDECIDED),
        ({"a": 0.5, "b": 0.7, "c": 0.3}, {"c"}, Nature.UNDECIDED),
    ],
)
def test_what_the_groups_say(after: Mapping[str, float], own: set[str], expected: Nature) -> None:
    found = judge(BEFORE, trials(after, 2), groups=GROUPS, own=frozenset(own), sign=1)
    assert found is not None
    assert found.nature is expected


def test_where_lower_is_better_a_rise_harms() -> None:
    after = trials({"a": 0.5, "b": 0.5, "c": 0.6}, 2)
    found = judge(BEFORE, after, groups=GROUPS, own=frozenset({"c"}), sign=-1)
    assert found is not None
    assert [each.effect for each in found.groups] == [Effect.HELPED, Effect.HELPED, Effect.HARMED]


def test_the_more_groups_the_more_a_change_must_show() -> None:
    # t = -3.0 with 4 degrees of freedom: p = 0.04
    drops = [0.0, 0.03, 0.05, 0.02, 0.06]
    before: dict[Point, dict[str, float]] = {(("seed", at),): {"dice.a": 0.6, "dice.b": 0.6} for at in range(5)}
    after: dict[Point, dict[str, float]] = {
        (("seed", at),): {"dice.a": 0.6 - drop, "dice.b": 0.6 - drop} for at, drop in enumerate(drops)
    }
    alone, both = (
        judge(before, after, groups={group: f"dice.{group}" for group in groups}, own=frozenset(), sign=1)
        for groups in ("a", "ab")
    )
    assert alone is not None and both is not None
    assert [each.effect for each in alone.groups] == [Effect.HARMED]
    assert [each.effect for each in both.groups] == [Effect.UNCLEAR, Effect.UNCLEAR]
    assert both.groups[0].adjusted == pytest.approx(2 * (alone.groups[0].adjusted or 0))


def test_no_groups_no_judgement() -> None:
    assert judge(BEFORE, BEFORE, groups={}, own=frozenset(), sign=1) is None
    assert judge(BEFORE, {}, groups=GROUPS, own=frozenset(), sign=1) is None


def test_which_metrics_are_groups() -> None:
    assert groups_of("dice", ["dice", "dice.a", "site.b.dice", "loss", "dicey", "loss.a"]) == {
        "a": "dice.a",
        "site.b": "site.b.dice",
    }


def test_which_group_an_addition_is_of() -> None:
    assert own_groups(["a", "b"], ["b/1.png", "x/b/2.png"]) == {"b"}
    assert own_groups(["site.a", "site.b"], ["a/1.png"]) == {"site.a"}
    assert own_groups(["a", "b"], ["b/1.png", "a/2.png"]) == frozenset()
    assert own_groups(["a", "b"], ["a/b/1.png"]) == frozenset()
    assert own_groups(["a", "b"], []) == frozenset()
    assert own_groups(["1.png"], ["a/1.png"]) == frozenset()


def test_cases_are_groups_by_the_values_of_their_columns() -> None:
    results = CaseResults(
        label="x",
        ids=("1", "2", "3"),
        labels={"site": ("a", "a", "b"), "scanner": ("x", "b", "x")},
        values={"dice": {(("seed", 0),): [0.2, 0.4, math.nan], (("seed", 1),): [0.6, 0.8, 1.0]}},
        names={},
    )
    assert of_cases(results, "dice") == {
        (("seed", 0),): {"a": pytest.approx(0.3), "x": 0.2, "scanner=b": 0.4},
        (("seed", 1),): {"a": pytest.approx(0.7), "site=b": 1.0, "x": 0.8, "scanner=b": 0.8},
    }
