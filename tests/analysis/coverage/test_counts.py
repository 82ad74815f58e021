"""The count of combinations: NIST's example, an independent count, and what cannot be counted."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_coverage import by_hand, missing, never, of, tried

from ledger.analysis.coverage.answer import coverage
from ledger.analysis.coverage.tried import CoverageOptions, State
from ledger.errors import LedgerError
from ledger.model.remarks import Kind

# Kuhn, Mendoza, Kacker and Lei, "Combinatorial Coverage Measurement Concepts and Applications" (NIST, 2013)
NIST = [dict(zip("abcd", map(int, row), strict=True)) for row in ("0000", "0110", "1001", "0111")]

# Python too holds no two of these equal
VALUES = (st.integers(0, 2), st.sampled_from([2, "a", None, True, 1.5]))
ROWS = st.integers(1, 5).flatmap(
    lambda k: st.lists(
        st.fixed_dictionaries({}, optional={f"p{at}": VALUES[at % 2] for at in range(k)}), min_size=1, max_size=12
    )
)


def test_the_example_of_nist() -> None:
    found = of(NIST)

    assert (found.combinations.covered, found.combinations.total) == (19, 24)
    assert round(found.combinations.covered / found.combinations.total, 3) == 0.792
    # its table of configurations: which pairs of variables lack which
    assert missing(found) == {
        frozenset({("a", 1), ("b", 1)}),
        frozenset({("a", 1), ("c", 1)}),
        frozenset({("a", 1), ("d", 0)}),
        frozenset({("b", 0), ("c", 1)}),
        frozenset({("b", 1), ("c", 0)}),
    }


@given(rows=ROWS, t=st.integers(1, 4))
def test_it_is_what_an_independent_count_says(rows: list[Mapping[str, Any]], t: int) -> None:
    every, had = by_hand(rows, t)
    if not every:
        with pytest.raises(LedgerError):
            of(rows, t=t)
        return

    found = of(rows, t=t)

    assert (found.combinations.covered, found.combinations.total) == (len(had), len(every))
    assert missing(found) == every - had
    assert found.combinations.excluded == 0


def test_what_is_known_of_a_combination_is_the_best_of_its_trials() -> None:
    rows = [{"a": 0, "b": 0}, {"a": 1, "b": 1}, {"a": 0, "b": 1}]
    given_ = [
        *tried(rows[:1], State.FAILED),
        *tried(rows[:1]),
        *tried(rows[1:2], State.FAILED),
        *tried(rows[1:2], State.PLANNED),
        *tried(rows[2:], State.PLANNED),
    ]
    found = coverage(given_, CoverageOptions(), never)

    count = found.combinations.count
    assert [count(state, state) for state in State] == [1, 1, 1, 1]
    assert (found.trials, found.planned, found.combinations.covered) == (3, 2, 2)
    # what is planned was never tried
    assert len(missing(found)) == 2


def test_one_parameter_is_counted_by_its_values_and_pairs_need_two() -> None:
    found = of([{"lr": 0.1, "opt": "sgd"}, {"lr": 0.2, "opt": "sgd"}])

    assert (found.t, found.combinations.covered, found.combinations.total) == (1, 2, 2)
    assert [one.name for one in found.taken.fixed] == ["opt"]
    with pytest.raises(LedgerError, match=r"-t 2 takes 2 parameters that varied; only lr did") as refused:
        of([{"lr": 0.1}, {"lr": 0.2}], t=2)
    assert refused.value.hint == "-t 1"


@pytest.mark.parametrize(
    ("rows", "among"), [([{"lr": 0.1}], "1 trial; lr"), ([{"lr": 0.1}] * 3, "3 trials; lr"), ([{}], "1 trial\n")]
)
def test_where_nothing_varied_there_is_nothing_to_count(rows: list[Mapping[str, Any]], among: str) -> None:
    with pytest.raises(LedgerError, match=f"no parameter that counts varied among {among}"):
        of(rows)


def test_too_many_combinations_are_refused_before_any_is_made() -> None:
    # fifty words each: six million quadruples of four of them, three thousand million in all
    rows = [{f"p{at:02}": f"v{value}" for at in range(12)} for value in range(50)]

    with pytest.raises(LedgerError, match="3,093,750,000 of 4 among 12 parameters with 600 values") as refused:
        of(rows, t=4)
    assert refused.value.hint is not None and refused.value.hint.startswith("-t 2,")
    found = of(rows, t=2)
    assert (found.combinations.covered, found.combinations.total) == (66 * 50, 66 * 50**2)


def test_too_many_parameters_are_refused() -> None:
    rows = [{f"p{at:03}": value for at in range(400)} for value in range(2)]

    with pytest.raises(LedgerError, match="too many combinations to count") as refused:
        of(rows, t=3)
    assert refused.value.hint is not None and refused.value.hint.startswith("-t 2,")


def test_a_parameter_that_older_experiments_lack_covers_nothing_there() -> None:
    rows = [{"a": 0, "b": 0}, {"a": 1, "b": 0}, {"a": 0, "b": 0, "c": 0}, {"a": 1, "b": 1, "c": 1}]
    found = of(rows)

    assert {(one.name, one.absent) for one in found.taken.parameters} == {("a", 0), ("b", 0), ("c", 2)}
    assert frozenset({("b", 1), ("c", 0)}) in missing(found)
    absent = [note for note in found.notes if note.kind == Kind.PARAMETER_ABSENT]
    assert [dict(note.facts) for note in absent] == [{"name": "c", "count": 2, "total": 4}]


def test_parameters_that_only_ever_changed_together_are_named() -> None:
    chance = random.Random(0)
    rows = [{"batch": (size := chance.choice((16, 32, 64))), "steps": 4096 // size, "lr": at % 2} for at in range(20)]
    found = of(rows)

    assert found.taken.together == (("batch", "steps"),)
    assert [note.kind for note in found.notes] == [Kind.MOVED_TOGETHER]
    assert of([*rows, {"batch": 16, "steps": 64, "lr": 0}]).taken.together == ()
    # numbers that are never the same twice have not moved together for that
    drawn = [{"lr": chance.random(), "decay": chance.random()} for _ in range(40)]
    assert of(drawn).taken.together == ()
