"""Configurations that close the gaps: all of them, few, and the same every time."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_coverage import by_hand, missing, never, of, tried

from ledger.analysis.coverage.answer import coverage
from ledger.analysis.coverage.tried import CoverageOptions, State


def proposed(rows: list[dict[str, Any]], most: int = 1000, **asked: Any) -> list[dict[str, Any]]:
    """The configurations that are proposed."""
    found = of(rows, complete=most, **asked)
    assert found.proposals is not None
    return [dict(one.params) for one in found.proposals.proposals]


@pytest.mark.parametrize(
    ("parameters", "values", "t", "most"),
    # the smallest that are known have 9, 17 and 25; 13, 19 and 29 configurations have published greedy searches
    [(4, 3, 2, 9), (6, 5, 2, 36), (4, 2, 3, 8)],
)
def test_from_next_to_nothing_few_configurations_cover_everything(
    parameters: int, values: int, t: int, most: int
) -> None:
    # each value once, and none beside another but its own
    rows = [{f"p{at}": value for at in range(parameters)} for value in range(values)]
    made = proposed(rows, t=t)

    every, had = by_hand([*rows, *made], t)
    assert had == every
    assert len(made) <= most


@given(
    rows=st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=2, max_size=12),
    t=st.integers(1, 3),
    most=st.integers(1, 6),
)
def test_the_count_of_what_closes_is_true(rows: list[tuple[int, ...]], t: int, most: int) -> None:
    given_: list[dict[str, Any]] = [dict(zip("abcd", row, strict=True)) for row in rows]
    every, had = by_hand(given_, t)
    if not every:
        return

    found = of(given_, t=t, complete=most)

    assert found.proposals is not None and len(found.proposals.proposals) <= most
    closes = []
    for one in found.proposals.proposals:
        with_it = by_hand([*given_, dict(one.params)], t)[1]
        closes.append(len(with_it) - len(had))
        given_, had = [*given_, dict(one.params)], with_it
    assert closes == [one.closes for one in found.proposals.proposals]
    assert closes == sorted(closes, reverse=True) and 0 not in closes
    assert found.proposals.left == len(every) - len(had)


def test_the_same_every_time() -> None:
    rows = [dict(zip("abcde", each, strict=True)) for each in itertools.product(range(3), repeat=5)][::37]
    assert proposed(rows) == proposed(rows)


def test_nothing_is_proposed_where_nothing_is_missing_or_all_is_planned() -> None:
    whole = [{"a": a, "b": b} for a, b in itertools.product(range(2), repeat=2)]
    assert proposed(whole) == []
    found = coverage([*tried(whole[:2]), *tried(whole[2:], State.PLANNED)], CoverageOptions(complete=3), never)
    assert found.proposals is not None and found.proposals.proposals == ()
    assert len(missing(found)) == 2


def test_a_value_that_closes_nothing_is_the_usual_one() -> None:
    rows = [{"a": a, "b": b, "c": 0} for a, b in itertools.product(range(3), repeat=2)]
    rows += [{"a": 0, "b": 0, "c": 1}] + [{"a": 2, "b": 2, "c": 0}] * 5
    rows += [{"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 1, "c": 1}]
    # b = 2 was never tried with c = 1; a is whatever it mostly is
    assert proposed(rows) == [{"a": 2, "b": 2, "c": 1}]
