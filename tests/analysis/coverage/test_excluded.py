"""What may not be combined: a combination is excluded where every way to complete it is, and only there."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_coverage import by_hand, missing, of

from ledger.analysis.coverage.tried import Bins
from ledger.errors import LedgerError
from ledger.model.remarks import Kind

GRID = [dict(zip("abcd", each, strict=True)) for each in itertools.product(range(3), repeat=4)]


def test_what_follows_from_two_expressions_is_excluded_too() -> None:
    rows = [{"a": a, "b": b, "c": c} for a, b, c in ((0, 0, 0), (1, 1, 1), (0, 1, 0))]
    # a = 0 needs b = 1, and b = 1 needs c = 1
    found = of(rows, exclude=("a = 0 and b = 0", "b = 1 and c = 0"))

    every, had = by_hand(rows, 2, lambda r: not (r["a"] == 0 and r["b"] == 0) and not (r["b"] == 1 and r["c"] == 0))
    assert frozenset({("a", 0), ("c", 0)}) not in every
    assert (found.combinations.covered, found.combinations.total) == (len(had), len(every))
    assert found.combinations.excluded == 12 - len(every)
    assert missing(found) == every - had
    tried = [dict(note.facts) for note in found.notes if note.kind == Kind.EXCLUDED_TRIED]
    assert tried == [{"count": 2}]


def test_a_value_that_is_never_allowed_is_in_no_combination() -> None:
    found = of(GRID[:2], t=1)
    assert found.combinations.total == 2
    found = of(GRID, exclude=("a > 1",))
    assert found.combinations.excluded == 3 * 3
    assert not any(("a", 2) in one for one in missing(found))


ATOMS = st.tuples(st.sampled_from("abcd"), st.sampled_from(("=", "!=", "<", ">")), st.integers(0, 2))
TESTS = {"=": int.__eq__, "!=": int.__ne__, "<": int.__lt__, ">": int.__gt__}
Conjunction = list[tuple[str, str, int]]


def is_excluded(row: Mapping[str, Any], expressions: list[Conjunction]) -> bool:
    """By Python's own comparisons."""
    return any(all(TESTS[sign](row[name], value) for name, sign, value in each) for each in expressions)


@given(
    places=st.lists(st.integers(0, len(GRID) - 1), min_size=2, max_size=9),
    expressions=st.lists(st.lists(ATOMS, min_size=1, max_size=3), min_size=1, max_size=3),
    t=st.integers(1, 3),
)
def test_it_is_what_all_configurations_say(places: list[int], expressions: list[Conjunction], t: int) -> None:
    # every value is there, so that the products are those of the grid
    rows = [GRID[at] for at in places] + [dict.fromkeys("abcd", value) for value in range(3)]
    texts = [" and ".join(f"{name} {sign} {value}" for name, sign, value in each) for each in expressions]
    every, had = by_hand(rows, t, lambda row: not is_excluded(row, expressions))
    if not every:
        with pytest.raises(LedgerError, match="--exclude forbids every configuration"):
            of(rows, t=t, exclude=texts)
        return

    found = of(rows, t=t, exclude=texts, complete=100)

    assert (found.combinations.covered, found.combinations.total) == (len(had), len(every))
    assert missing(found) == every - had
    # what is proposed closes all of it, and is not excluded itself
    assert found.proposals is not None
    made = [dict(one.params) for one in found.proposals.proposals]
    assert not any(is_excluded(row, expressions) for row in made)
    assert by_hand([*rows, *made], t, lambda row: not is_excluded(row, expressions))[1] == every
    assert found.proposals.left == 0


def test_a_bin_may_go_with_what_forbids_only_some_of_its_values() -> None:
    pairs = ((0.1, "sgd"), (0.2, "sgd"), (0.2, "sgd"), (0.8, "sgd"), (0.1, "adam"))
    rows: list[dict[str, Any]] = [{"lr": lr, "opt": opt} for lr, opt in pairs]
    bins = Bins(by={"lr": (0.1, 0.5, 1.0)})
    found = of(rows, bins=bins, exclude=("opt = adam and lr > 0.15",), complete=5)
    assert (found.combinations.covered, found.combinations.total, found.combinations.excluded) == (3, 3, 1)
    assert not found.notes
    # one of two trials with Adam in one bin has a forbidden rate
    found = of([*rows, {"lr": 0.2, "opt": "adam"}], bins=bins, exclude=("opt = adam and lr > 0.15",))
    assert [dict(note.facts) for note in found.notes] == [{"count": 1}]

    found = of([*rows[:4], {"lr": 0.8, "opt": "adam"}], bins=bins, exclude=("opt = adam and lr in (0.2)",), complete=5)
    # the bin's most used value is forbidden with adam, so it is another of its values
    assert found.proposals is not None
    assert [dict(one.params) for one in found.proposals.proposals] == [{"lr": 0.1, "opt": "adam"}]


def test_a_parameter_that_never_varied_and_one_without_a_value() -> None:
    rows: list[dict[str, Any]] = [{"a": 0, "b": 0, "size": 8}, {"a": 1, "b": None, "size": 8}]
    assert of(rows, exclude=("size = 8 and a = 0 and b is null",)).combinations.excluded == 1
    assert of(rows, exclude=("size = 9 and a = 0",)).combinations.excluded == 0
    # of null nothing is true but that it is
    assert of(rows, exclude=("b != 0 and a = 0",)).combinations.excluded == 0


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("lr >", "cannot read --exclude, column 5: a value was expected", None),
        ("larger = 1", "column 1: no trial has a parameter larger", "the parameters are train.lr and opt"),
        ("optt = sgd", "no trial has a parameter optt", "did you mean opt?"),
        ("metrics.loss > 1", "no trial has a parameter metrics.loss", None),
        ("lr < 1", "--exclude forbids every configuration", "it leaves no value of train.lr: loosen it"),
        ("lr ~ '('", "( is not a regular expression", None),
        ("", "there is nothing to read", "write for example: optimizer = adam and train.lr > 0.1"),
    ],
)
def test_what_cannot_be_excluded_is_refused(text: str, message: str, hint: str | None) -> None:
    rows = [{"train.lr": 0.1, "opt": "sgd"}, {"train.lr": 0.2, "opt": "adam"}]
    with pytest.raises(LedgerError) as refused:
        of(rows, exclude=(text,))
    assert message in refused.value.message
    assert hint in (None, refused.value.hint)


def test_what_is_left_out_cannot_be_excluded() -> None:
    rows = [{"lr": 0.1, "a": 1, "opt": "sgd"}, {"lr": 0.2, "a": 2, "opt": "adam"}]
    with pytest.raises(LedgerError, match="opt does not count here: it is left out") as refused:
        of(rows, drop=("opt",), exclude=("opt = adam",))
    assert refused.value.hint == "--keep opt lets it count"


def test_too_many_tied_parameters_are_refused() -> None:
    rows = [{f"p{at:02}": value for at in range(24)} for value in range(2)]
    tied = " or ".join(f"p{at:02} = 1" for at in range(24))
    with pytest.raises(LedgerError, match="in too many ways to check: 16,777,216"):
        of(rows, exclude=(tied,))
    # the same, apart
    assert of(rows, exclude=[f"p{at:02} = 1 and p{at + 1:02} = 0" for at in range(0, 24, 2)]).combinations.excluded > 0
