"""A plan's `search:` for the best parameters: what is written is what is read, and each configuration has one name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError
from ledger.model import hypothesis as hypotheses
from ledger.model import names
from ledger.model.directions import HIGHER, LOWER
from ledger.model.formats import searches
from ledger.model.hypothesis import BODY, Hypothesis
from ledger.model.plan import Plan, Variant
from ledger.model.replicates import Axis, Replicates
from ledger.model.space import Configuration, Space
from ledger.model.space_parser import parse
from ledger.model.tune_search import CURRENT, Earlier, TuneSearch, leader, nameable

NET = parse(["lr=1e-5..1.0:log", "layers=1..8", "opt=adam,sgd,rmsprop", "momentum=0.0..0.99 if opt = sgd"])
SEARCH = TuneSearch(
    metric="dice",
    better=HIGHER,
    space=NET,
    current={"lr": 0.0123456, "layers": 2, "opt": "adam"},
    earlier=(
        Earlier(configuration={"lr": 0.1, "layers": 2, "opt": "adam"}, values=(0.5, 0.52), arm="grid:lr-0-1"),
        Earlier(configuration={"lr": 0.3333333, "layers": 2, "opt": "adam"}, values=(), failed=2, arm="grid:lr-0-3"),
    ),
)


def plan(search: TuneSearch) -> Plan:
    return Plan(
        title="The best rate",
        name="the-best-rate",
        author="Ada <ada@example.org>",
        created=datetime(2026, 11, 20, tzinfo=UTC),
        base="c" * 40,
        replicates=Replicates(axes=(Axis(name="seed", values=(0, 1, 2)),)),
        search=search,
        exploratory=True,
    )


@st.composite
def configurations(draw: st.DrawFn, space: Space = NET) -> Configuration:
    return space.active(lambda dimension: draw(st.sampled_from(dimension.domain.levels)))


@given(st.sampled_from([HIGHER, LOWER]), st.integers(2, 1000), st.sampled_from(["gp", "tpe"]), st.booleans())
def test_it_is_read_as_it_was_written(better: str, budget: int, model: str, bare: bool) -> None:
    search = replace(SEARCH, better=better, budget=budget, model=model)
    whole = plan(replace(search, current=None, earlier=()) if bare else search)
    assert hypotheses.parse(hypotheses.render(Hypothesis(plan=whole, body=BODY))).plan == whole


@given(configurations())
def test_a_configuration_has_one_name_which_is_that_of_an_arm(configuration: Configuration) -> None:
    arm = SEARCH.arm(configuration)
    assert names.check_variant(arm) == arm
    assert SEARCH.configuration(arm) == configuration
    assert plan(SEARCH).variant(arm) == Variant(name=arm, params=configuration)


def test_every_configuration_of_a_small_space_has_a_name_of_its_own() -> None:
    space = parse(["layers=1..3", "opt=adam,sgd", "momentum=0.0,0.9 if opt = sgd"])
    search = replace(SEARCH, space=space, current=None, earlier=())
    found = [search.configuration(f"try-{number:x}") for number in range(20)]
    known = [one for one in found if one is not None]
    assert len(known) == space.size == 9
    assert len({str(sorted(one.items())) for one in known}) == 9


def test_what_is_no_level_is_called_by_where_it_comes_from() -> None:
    assert SEARCH.current is not None
    assert SEARCH.arm(SEARCH.current) == CURRENT
    assert SEARCH.configuration(CURRENT) == SEARCH.current
    # 0.1 is a level, 0.3333333 is none
    assert SEARCH.arm(SEARCH.earlier[0].configuration).startswith("try-")
    assert SEARCH.arm(SEARCH.earlier[1].configuration) == "earlier-2"
    assert SEARCH.configuration("earlier-2") == SEARCH.earlier[1].configuration


@pytest.mark.parametrize(
    "name",
    ["", "try-", "try-zzzzzzzzzzzzzz", "try--1", "try-0_0", "try-00", "TRY-1", "earlier-0", "earlier-3", "earlier-x"],
)
def test_other_names_are_of_no_arm(name: str) -> None:
    assert SEARCH.configuration(name) is None
    assert replace(SEARCH, current=None).configuration(CURRENT) is None
    assert plan(SEARCH).variant(name) is None


def test_a_space_may_be_too_large_for_names() -> None:
    assert nameable(NET)
    assert not nameable(parse([f"p{number}=0.0..1.0" for number in range(40)]))


def test_the_leader_has_all_replicates_where_one_has() -> None:
    values = {"a": [0.9], "b": [0.7, 0.7, 0.7], "c": [0.8, 0.75, 0.7], "d": []}
    assert leader(values, 3, HIGHER) == "c"
    assert leader(values, 3, LOWER) == "b"
    assert leader({"a": [0.9], "b": [0.7]}, 3, HIGHER) == "a"
    assert leader({"a": []}, 3, HIGHER) is None
    # what they are compared with has them all early, and says nothing of the others
    assert leader({CURRENT: [0.7, 0.7, 0.7], "a": [0.9], "b": [0.8]}, 3, HIGHER) == "a"
    assert leader({CURRENT: [0.95, 0.95, 0.95], "a": [0.9], "b": [0.8]}, 3, HIGHER) == CURRENT
    assert leader({CURRENT: [0.7]}, 3, HIGHER) == CURRENT
    # of equals the first
    assert leader({"b": [0.5], "a": [0.5]}, 1, LOWER) == "b"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rules": 1}, "`search.rules` is not known"),
        ({"kind": "foo"}, "`search.kind` is 'foo'; it may be step or tune"),
        ({"space": []}, "`search.space`: no parameter to tune is given"),
        ({"space": ["lr=1..0"]}, "`search.space`: lr: the range 1..0 is empty"),
        ({"space": ["lr=0..1:log"]}, "logarithmic scale cannot begin at 0"),
        ({"space": [f"p{n}=0.0..1.0" for n in range(40)]}, "more configurations than arms can be named"),
        ({"current": {"lr": 7.0, "layers": 2, "opt": "adam"}}, "`search.current`: its lr lies outside"),
        ({"current": {"lr": 0.1, "layers": 2}}, "`search.current`: its opt lies outside"),
        ({"current": {"lr": 0.1, "layers": 2, "opt": "adam", "momentum": 0.1}}, "momentum does not count there"),
        ({"current": [1]}, "`search.current` is not a mapping"),
        ({"model": "forest"}, "`search.model` is 'forest'"),
        ({"budget": 1}, "`search.budget` is 1, not a number from 2"),
        ({"better": "bigger"}, "`search.better` is 'bigger'"),
        ({"earlier": [{"arm": "a:b", "params": {}, "values": [1.0]}]}, "`search.earlier[0].params`: its lr lies"),
        ({"earlier": [{"arm": "a:b", "values": ["x"]}]}, "`search.earlier[0].values` is not a list of finite numbers"),
        ({"earlier": [{"arm": "a:b", "values": [float("nan")]}]}, "not a list of finite numbers"),
        ({"earlier": [{"arm": "a:b", "params": {}}]}, "neither values nor failed trials"),
        ({"earlier": "all"}, "`search.earlier` is not a list"),
    ],
)
def test_what_cannot_be_read_is_named(change: dict[str, object], said: str) -> None:
    with pytest.raises(FormatError) as refused:
        searches.from_mapping(searches.to_mapping(SEARCH) | change)
    assert said in str(refused.value)
