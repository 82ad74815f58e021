"""The space of a search: what is read, what is refused, and the levels that a range has."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerError
from ledger.model.space import STEPS, Choice, Condition, Dimension, Domain, Range, Space, same
from ledger.model.space_parser import checked_space, parse, parse_dimension

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8) | st.sampled_from(
    ["true", "1", "1..2", "a if b = c", "it's", "a:log", "[x", "", " ", "1e-3", "a,b", '"']
)
VALUES = TEXTS | st.booleans() | st.none() | st.integers(-99, 99) | st.floats(-1e9, 1e9)
WHOLE = st.tuples(st.integers(1, 10**6), st.integers(1, 10**6))
REAL = st.tuples(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9))
RANGES = st.builds(
    lambda ends, log: Range(low=min(ends), high=max(ends), log=log),
    (WHOLE | REAL).filter(lambda ends: max(ends) > min(ends) * (1 + 1e-9)),
    st.booleans(),
)
CHOICES = st.lists(VALUES, min_size=2, max_size=5).filter(
    lambda values: not any(same(a, b) for n, a in enumerate(values) for b in values[:n])
)
DOMAINS: st.SearchStrategy[Domain] = RANGES | CHOICES.map(lambda values: Choice(values=tuple(values)))
NAMES = st.from_regex(r"[a-z][a-z0-9_.]{0,8}", fullmatch=True).filter(lambda name: name not in ("in", "if"))
CONDITIONS = st.builds(
    lambda name, values: Condition(name=name, values=tuple(values)), NAMES, st.lists(VALUES, min_size=1, max_size=3)
)
DIMENSIONS = st.builds(
    lambda name, domain, when: Dimension(name=name, domain=domain, when=when), NAMES, DOMAINS, st.none() | CONDITIONS
)


@given(DIMENSIONS)
def test_what_is_written_is_read(dimension: Dimension) -> None:
    again = parse_dimension(str(dimension))
    assert again == dimension
    assert str(again) == str(dimension)


@pytest.mark.parametrize(
    "text", ["x=1e-150..1e150:log", "x=-1e150..1e150", "x=0..1" + "0" * 149, "x=1.0..1.00000001:log"]
)
def test_the_widest_and_the_narrowest_range_have_levels(text: str) -> None:
    levels = parse_dimension(text).domain.levels
    assert len(levels) > 900
    assert list(levels) == sorted(set(levels))  # type: ignore[type-var]


def test_a_whole_number_that_no_float_holds_is_a_value_like_a_text() -> None:
    domain = Choice(values=(10**400, 2))
    assert not domain.ordered
    assert domain.place(10**400) == 0.0
    assert Range(low=0, high=9).place(10**400) is None


@given(RANGES)
def test_levels_ascend_from_end_to_end(domain: Range) -> None:
    levels = [float(level) for level in domain.levels]  # type: ignore[arg-type]
    assert (levels[0], levels[-1]) == (domain.low, domain.high)
    assert all(after > before for before, after in pairwise(levels))
    assert len(levels) <= STEPS + 1
    places = [domain.place(level) for level in domain.levels]
    assert all(place is not None and -1e-12 <= place <= 1 + 1e-12 for place in places)


def test_levels_are_round() -> None:
    assert Range(low=1e-5, high=0.1, log=True).levels[:3] == (1e-5, 1.009e-5, 1.019e-5)
    assert Range(low=0.0, high=0.99).levels[:4] == (0.0, 0.001, 0.002, 0.003)
    assert Range(low=-5.0, high=10.0).levels[:3] == (-5.0, -4.98, -4.96)
    assert Range(low=0.0123, high=0.99).levels[:3] == (0.0123, 0.013, 0.014)
    assert Range(low=2, high=6).levels == (2, 3, 4, 5, 6)
    assert Range(low=16, high=4096, log=True).levels[:3] == (16, 17, 18)
    assert Choice(values=(64, 16, 32)).levels == (16, 32, 64)
    assert Choice(values=("b", "a")).levels == ("b", "a")


def test_read() -> None:
    space = parse(
        ["momentum=0..0.99 if opt = sgd", "lr=1e-5..1e-1:log", "layers=2..6", "opt=adam,sgd", "fast=true,false"]
    )
    assert space.names == ("lr", "layers", "opt", "momentum", "fast")
    assert [type(d.domain.levels[0]) for d in space.dimensions] == [float, int, str, float, bool]
    assert space.size == 1001 * 5 * (1 + 991) * 2


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([], "no parameter to tune"),
        (["lr"], "'lr' is not NAME=DOMAIN"),
        (["=1..2"], "is not NAME=DOMAIN"),
        (["lr=0..0.1:log"], "a logarithmic scale cannot begin at 0"),
        (["lr=-1..0.1:log"], "a logarithmic scale cannot begin at -1"),
        (["lr=0.1..0.01"], "the range 0.1..0.01 is empty"),
        (["lr=3..3"], "only one value"),
        (["opt=adam"], "only one value"),
        (["opt=adam,adam"], "the value adam twice"),
        (["n=1,1.0"], "twice"),
        (["opt=a,,b"], "an empty value"),
        (["lr=nan..1"], "'nan' is not a number"),
        (["lr=.inf..1"], "is not a number"),
        (["lr=-1e308..1e308"], "too large"),
        (["lr=1e-300..1e150:log"], "too small"),
        (["lr=0.0..5e-324"], "too small"),
        (["n=0..1" + "0" * 400], "not a number"),
        (["lr=1.0..1.0000000000000002"], "too narrow"),
        (["lr=1.0..1.0000000000000002:log"], "too narrow"),
        (["lr=..1"], "'nothing' is not a number"),
        (["lr=1..2:exp"], "the scale 'exp'"),
        (["lr=0.1..1", "lr=1..2"], "lr is given twice"),
        (["m=0..1 if opt = sgd"], "opt is not tuned"),
        (["m=0..1 if opt = lion", "opt=adam,sgd"], "which is not one of opt=adam,sgd"),
        (["m=0..1 if opt > 3", "opt=1,5"], "neither `=` nor `in`"),
        (["m=0..1 if opt in (a,)", "opt=a,b"], "lacks a value"),
        (["a=0,1 if b = 1", "b=1,2 if a = 1"], "only if each other does"),
        (["a=0,1 if b = 0.5", "b=0..1.0"], "and b=0.0..1.0 has 1001"),
        (["a=0,1 if a = 1"], "only if each other does"),
    ],
)
def test_refused(texts: list[str], says: str) -> None:
    with pytest.raises(LedgerError) as refused:
        parse(texts)
    assert says in refused.value.message
    assert refused.value.hint


def test_no_parameter_is_told_to_be_its_own_condition() -> None:
    with pytest.raises(LedgerError) as refused:
        parse(["opt.momentum=0.0..1.0 if opt.name = sgd"])
    assert refused.value.hint == "--tune opt.name=… as well, or leave the condition out"


def test_what_does_not_count_is_left_out() -> None:
    space = parse(["opt=adam,sgd", "momentum=0.0..0.99 if opt = sgd", "nesterov=true,false if opt = sgd"])
    assert space.active(lambda d: d.domain.levels[0]) == {"opt": "adam"}
    assert space.active(lambda d: d.domain.levels[1]) == {"opt": "sgd", "momentum": 0.001, "nesterov": False}
    inside = {"opt": "sgd", "momentum": 0.9, "nesterov": False, "other": 3}
    assert space.within(inside) == ({"opt": "sgd", "momentum": 0.9, "nesterov": False}, None)
    assert space.within({"opt": "adam", "momentum": 17}) == ({"opt": "adam"}, None)
    assert space.within({"opt": "lion"})[1] == "opt"
    assert space.within({"opt": "sgd", "momentum": 1.5})[1] == "momentum"
    assert space.within({"opt": "sgd"})[1] == "momentum"


def test_sizes_follow_conditions() -> None:
    assert parse(["a=1..3", "b=1..4"]).size == 12
    assert parse(["opt=x,y", "m=1..4 if opt = x", "n=1..2 if m = 4"]).size == 3 + 2 + 1


def test_a_space_is_built_of_dimensions() -> None:
    (inner,) = parse(["a=1..3"]).dimensions
    assert checked_space([inner]) == Space(dimensions=(inner,))
