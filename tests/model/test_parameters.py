"""Flat parameters, and values given on the command line."""

from __future__ import annotations

import datetime
import math
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerError
from ledger.model.near_misses import near_misses
from ledger.model.parameters import Value, flatten, merge_files, path_of, segments, unflatten
from ledger.model.typed_values import format_value, parse_assignment, parse_value, parse_values


def test_flatten_names_leaves_by_dotted_keys() -> None:
    tree = {"a": 1, "b": {"c": {"d": None}, 3: [1, {"e": (2,)}]}, "empty": {}, "s": {"x", "y"}}
    flat = flatten(tree)
    assert flat == {"a": 1, "b.c.d": None, "b.3": [1, {"e": [2]}], "empty": {}, "s": ["x", "y"]}
    assert [*flat] == ["a", "b.c.d", "b.3", "empty", "s"]


def test_merge_files_names_the_file_of_shared_keys() -> None:
    files: dict[str, dict[str, Value]] = {"a.yaml": {"lr": 1, "seed": 0}, "b.json": {"lr": 2, "loss": "x"}}
    assert merge_files(files) == {"a.yaml:lr": 1, "seed": 0, "b.json:lr": 2, "loss": "x"}
    assert merge_files({}) == {}


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("train.lr=0.3", "train.lr", 0.3),
        ("lr=1e-3", "lr", 0.001),
        (" lr = 3 ", "lr", 3),
        ("a=null", "a", None),
        ("a=true", "a", True),
        ("a=yes", "a", "yes"),
        ("a=[1, 2]", "a", [1, 2]),
        ("a={b: 1}", "a", {"b": 1}),
        ("a='1'", "a", "1"),
        ('a="x\\ty"', "a", "x\ty"),
        ("a=two words", "a", "two words"),
        ("a=", "a", ""),
        ("a=''", "a", ""),
        ("a=b=c", "a", "b=c"),
        ("p.yaml:a=1", "p.yaml:a", 1),
        ("a=2020-01-01", "a", datetime.date(2020, 1, 1)),
        # no YAML, or something else in YAML: taken for the text
        ("a=2020-13-01", "a", "2020-13-01"),
        ("a=#fff", "a", "#fff"),
        ("a=x #y", "a", "x #y"),
        ("a=x: y", "a", "x: y"),
        ("a=- x", "a", "- x"),
        ("a=*x", "a", "*x"),
        ("a=!x", "a", "!x"),
        ("a=<<", "a", "<<"),
        ("a=@x", "a", "@x"),
    ],
)
def test_an_assignment(text: str, key: str, value: Value) -> None:
    found = parse_assignment(text)
    assert found == (key, value)
    assert type(found[1]) is type(value)


@pytest.mark.parametrize(
    "text", ["lr", "", "=3", " =3", "a=[1, 2", "a='x", 'a="x" y', "a=[1] 2", 'a="b": c', "a=[*x]", "a=\udcff"]
)
def test_what_is_no_assignment_says_what_to_type(text: str) -> None:
    with pytest.raises(LedgerError) as caught:
        parse_assignment(text)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0,1,2", (0, 1, 2)),
        ("0..4", (0, 1, 2, 3, 4)),
        ("-1..1", (-1, 0, 1)),
        ("3..3", (3,)),
        ("0..2, 7", (0, 1, 2, 7)),
        ("a,b", ("a", "b")),
        ("5", (5,)),
        ("1e-3,x y,true,null", (0.001, "x y", True, None)),
        ("[1,2],[3]", ([1, 2], [3])),
        ("{a: [1,2], b: 3},4", ({"a": [1, 2], "b": 3}, 4)),
        ("'a,b',\"c,]\"", ("a,b", "c,]")),
        ("it's,it", ("it's", "it")),
        ("[it's, a],b", (["it's", "a"], "b")),
        ('"a\\",b",c', ('a",b', "c")),
        ("['a]',b],c", (["a]", "b"], "c")),
        ("../data,..", ("../data", "..")),
        ("''", ("",)),
        ("1],2][", ("1]", "2][")),  # brackets that never opened are text
    ],
)
def test_the_values_of_an_axis(text: str, values: tuple[Value, ...]) -> None:
    assert parse_values(text) == values


@pytest.mark.parametrize("text", ["", " ", "1,,2", "1,", "4..0", "0.1..0.5", "0..10000000", "[1,2"])
def test_what_is_no_axis_says_what_to_type(text: str) -> None:
    with pytest.raises(LedgerError) as caught:
        parse_values(text)
    assert caught.value.hint


def test_near_misses_are_best_first() -> None:
    keys = ["seed", "train.lr", "train.loss", "train.epochs", "model.width"]
    assert near_misses("train.lrr", keys)[0] == "train.lr"
    assert near_misses("lr", keys) == ["train.lr"]
    assert near_misses("model.lr", ["model.lrs", "train.lr"]) == ["model.lrs", "train.lr"]
    assert near_misses("Seed", keys) == ["seed"]
    assert near_misses("zzz", keys) == []
    assert near_misses("train.l", keys, n=1) == ["train.lr"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1e-05, "1e-05"),
        (1e300, "1e+300"),
        (1.0, "1.0"),
        (math.inf, ".inf"),
        (True, "true"),
        (None, "null"),
        (3, "3"),
        ("adam", "adam"),
        ("two words, even", "two words, even"),
        ("x: y", "x: y"),
        ("1", "'1'"),
        ("null", "'null'"),
        ("", "''"),
        ("[x", "'[x'"),
        ("a\nb", '"a\\nb"'),
        (" a", "' a'"),
        ([1, 1e-05, "a", "a, b", [True]], "[1, 1e-05, a, 'a, b', [true]]"),
        ({"a": [1]}, "{a: [1]}"),
        (datetime.date(2020, 1, 1), "2020-01-01"),
    ],
)
def test_a_value_for_people(value: Value, text: str) -> None:
    assert format_value(value) == text


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10) | st.text("[]{}'\",:#- 01.e\n", max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.dates() | texts,
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(values)
def test_what_people_see_can_be_typed(value: Value) -> None:
    shown = format_value(value)
    assert "\n" not in shown
    assert repr(parse_value(shown)) == repr(value)
    assert parse_assignment(f"a.b={shown}") == ("a.b", value)


@given(st.lists(values, min_size=1, max_size=4))
def test_an_axis_of_values_in_brackets_can_be_typed(items: list[Value]) -> None:
    text = ",".join(format_value([item]) for item in items)
    assert parse_values(text) == tuple([item] for item in items)


# --- two leaves that would have one name


TWICE = [
    ({"a.b": 1, "a": {"b": 2}}, {'"a.b"': 1, "a.b": 2}),
    ({"a": {"b": 2}, "a.b": 1}, {"a.b": 2, '"a.b"': 1}),
    ({"x": {"a.b": 1, "a": {"b": 2}}, "c.d": 3}, {'x."a.b"': 1, "x.a.b": 2, "c.d": 3}),
    ({"a.b": {"c": 1}, "a": {"b.c": 2}}, {'"a.b".c': 1, 'a."b.c"': 2}),
    ({"a.b.c": 1, "a.b": {"c": 2}, "a": {"b": {"c": 3}}}, {'"a.b.c"': 1, '"a.b".c': 2, "a.b.c": 3}),
]


@pytest.mark.parametrize(("tree", "flat"), TWICE)
def test_two_leaves_of_one_name_stay_apart(tree: dict[str, object], flat: dict[str, object]) -> None:
    assert flatten(tree) == flat
    assert list(flatten(tree).values()) == list(flat.values())
    # a record holds what `unflatten` gives
    assert flatten(unflatten(flatten(tree))) == flat
    for name, value in flat.items():
        path = path_of(tree, name)
        assert path is not None
        assert reduce(lambda node, key: node[key], path, tree) == value  # type: ignore[index,return-value,arg-type]


@pytest.mark.parametrize("tree", [{'"a.b"': 1}, {'"a.b"': 1, "a.b": 2}, {'"': 1, 'x"y.z': 2}, {"a..b": 1, "": 2}])
def test_quotes_of_the_users_own_are_kept(tree: dict[str, object]) -> None:
    assert flatten(tree) == tree
    assert flatten(unflatten(tree)) == tree


def test_a_dotted_name_in_its_segments() -> None:
    assert segments("train.lr") == ["train", "lr"]
    assert segments('x."a.b".c') == ["x", '"a.b"', "c"]
    assert segments('"a') == ['"a'] and segments("a..") == ["a", "", ""]
