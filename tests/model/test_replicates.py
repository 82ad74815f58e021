"""Grids of replicates, and the names of the trials' files."""

from __future__ import annotations

import re
from enum import IntEnum

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.model.formats.replicates import from_mapping, to_mapping
from ledger.model.replicates import Axis, Point, Replicates, Value, file_name, label, make_point, slug, split_stem, stem


def _is_ref_component(text: str) -> bool:
    """The rules of `git check-ref-format` for one component."""
    return not (
        not text
        or text.startswith(".")
        or text.endswith((".", ".lock"))
        or ".." in text
        or "@{" in text
        or text == "@"
        or re.search(r"[\x00-\x20\x7f~^:?*\[\\/]", text)
    )


def test_points_in_declared_order() -> None:
    replicates = from_mapping({"fold": [2, 0], "seed": [0, 1]})
    assert replicates.points() == (
        (("fold", 2), ("seed", 0)),
        (("fold", 2), ("seed", 1)),
        (("fold", 0), ("seed", 0)),
        (("fold", 0), ("seed", 1)),
    )
    assert len(replicates) == 4


def test_no_axis_is_one_point() -> None:
    assert from_mapping({}).points() == ((),)
    assert len(Replicates()) == 1
    assert slug(()) == "trial"
    assert file_name((), 3) == "trial.3.yaml"


def test_repeats() -> None:
    replicates = from_mapping({"repeat": 3})
    assert replicates.axes == (Axis(name="repeat", values=(0, 1, 2)),)
    assert not replicates.axes[0].is_parameter
    assert Axis(name="seed", values=(0,)).is_parameter
    assert to_mapping(replicates) == {"repeat": 3}
    assert to_mapping(from_mapping({"repeat": [0, 2]})) == {"repeat": [0, 2]}


@pytest.mark.parametrize(
    ("mapping", "fold"),
    [
        ({"fold": [0, 1], "kind": "fold"}, "fold"),
        ({"kind": "fold", "seed": [0], "cv.fold": [0, 1]}, "cv.fold"),
        ({"n_folds": [0], "fold": [0, 1], "kind": "fold"}, "fold"),
        ({"seed": [0], "fold_index": [0, 1], "kind": "fold"}, "fold_index"),
        ({"folds.seed": [0], "split": [0, 1], "kind": "fold"}, "folds.seed"),
        ({"repeat": 2, "split": [0, 1], "kind": "fold"}, "split"),
        ({"seed": [0], "split": [0, 1], "kind": {"split": "fold"}}, "split"),
        ({"fold": [0, 1]}, None),
    ],
)
def test_fold_axis(mapping: dict[str, object], fold: str | None) -> None:
    replicates = from_mapping(mapping)
    assert (replicates.parts_axis.name if replicates.parts_axis else None) == fold
    assert from_mapping(to_mapping(replicates)) == replicates


def test_kinds_and_reshuffling() -> None:
    mapping = {"fold": [0, 1], "seed": [0, 1], "kind": "fold", "reshuffled_by": "seed"}
    replicates = from_mapping(mapping)
    assert replicates.axes[0] == Axis(name="fold", values=(0, 1), kind="fold", reshuffled_by="seed")
    assert to_mapping(replicates) == mapping
    split = from_mapping({"split": [0, 1], "kind": "split"})
    assert split.parts_axis == Axis(name="split", values=(0, 1), kind="split")
    assert to_mapping(split) == {"split": [0, 1], "kind": "split"}
    plain = from_mapping({"split": [0, 1], "kind": {"split": "seed"}})
    assert (plain.parts_axis, plain.unclear) == (None, ())
    assert from_mapping(to_mapping(plain)) == plain


@pytest.mark.parametrize(
    "name", ["fold", "cv", "kfold", "k_fold", "data.split", "cvFold", "split_seed", "cross_val", "10fold"]
)
def test_names_that_sound_like_parts_of_one_data_set(name: str) -> None:
    assert from_mapping({name: [0, 1]}).unclear == (name,)


@pytest.mark.parametrize("name", ["seed", "scaffold", "manifold", "cross_entropy", "folder", "repeat", "cvss"])
def test_names_that_do_not(name: str) -> None:
    assert from_mapping({name: [0, 1]}).unclear == ()


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"fold": [0], "reshuffled_by": "seed"}, "reshuffled_by: no axis is declared"),
        ({"fold": [0], "kind": "split", "reshuffled_by": "seed"}, "reshuffled_by: no axis is declared"),
        ({"fold": [0], "kind": "fold", "reshuffled_by": "seed"}, "reshuffled_by: seed is not another axis"),
        ({"fold": [0], "kind": "fold", "reshuffled_by": "fold"}, "reshuffled_by: fold is not another axis"),
        ({"fold": [0], "kind": "fold", "reshuffled_by": 1}, "reshuffled_by: the name of an axis"),
        ({"a": [0], "b": [1], "kind": {"a": "fold", "b": "split"}}, "b: a is the fold axis already"),
        ({"a": [0], "kind": {}}, "kind: an axis with"),
        (None, "replicates: "),
        ([0, 1], "replicates: "),
        ({0: [1]}, "0: "),
        ({"": [1]}, "'' cannot"),
        ({"a\nb": [1]}, "cannot name"),
        ({"seed": 5}, r"seed: .*write \[5\]"),
        ({"seed": True}, "seed: a list"),
        ({"seed": "012"}, "seed: a list"),
        ({"seed": None}, "seed: a list"),
        ({"seed": {"a": 1}}, "seed: a list"),
        ({"seed": []}, "seed: no values"),
        ({"seed": [0, 0]}, "seed: 0 is given twice"),
        ({"seed": [1, True]}, "seed: True is the same as 1"),
        ({"seed": [1, 1.0]}, "seed: 1.0 is the same as 1"),
        ({"seed": ["Adam", "adam"]}, "seed: 'Adam' and 'adam' would share a file name"),
        ({"seed": [[0]]}, "seed: "),
        ({"seed": [{}]}, "seed: "),
        ({"seed": [None]}, "seed: None"),
        ({"seed": [float("nan")]}, "seed: nan is not a finite"),
        ({"seed": [2**128]}, "seed: an integer"),
        ({"repeat": 0}, "repeat: a number from 1"),
        ({"repeat": 10**9}, "repeat: a number from 1"),
        ({"repeat": "5"}, "repeat: a number or a list"),
        ({"a": list(range(101)), "b": list(range(100))}, "a, b: 10100 points"),
        ({"seed": [0], "kind": "folds"}, "kind: only 'fold', 'split'"),
        ({"kind": "fold"}, "kind: there is no axis"),
        ({"repeat": 5, "kind": "fold"}, "kind: there is no axis"),
        ({"repeat": 5, "kind": {"repeat": "fold"}}, "repeat: repeats are not folds"),
        ({"seed": [0], "kind": {"other": "fold"}}, "kind: an axis with"),
        ({"seed": [0], "kind": {"seed": []}}, "kind: an axis with"),
    ],
)
def test_refused_mappings(mapping: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_mapping(mapping)


def test_refused_axes() -> None:
    seed = Axis(name="seed", values=(0,))
    with pytest.raises(ValueError, match="seed: the axis is given twice"):
        Replicates(axes=(seed, seed))
    with pytest.raises(ValueError, match="b: a is the fold axis already"):
        Replicates(axes=(Axis(name="a", values=(0,), kind="fold"), Axis(name="b", values=(0,), kind="fold")))


class _Level(IntEnum):
    HIGH = 2


def test_values_become_plain() -> None:
    (axis,) = from_mapping({"seed": [_Level.HIGH]}).axes
    assert type(axis.values[0]) is int
    assert slug(make_point({"seed": _Level.HIGH})) == "seed-2"


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((("seed", 0),), "seed-0"),
        ((("fold", 2), ("seed", 0)), "fold-2+seed-0"),
        ((("train.seed", -1),), "train.seed--1"),
        ((("lr", 0.2),), "lr-0_2"),
        ((("lr", 1e-05),), "lr-1e-05"),
        ((("lr", 1.5e20),), "lr-1_5e20"),
        ((("lr", -0.5),), "lr--0_5"),
        ((("flip", True),), "flip-true"),
        ((("split", "site-A"),), "split-site-A"),
        ((("split", "1"),), "split-1_391552"),
        ((("split", "v1.2"),), "split-v1_2_68f227"),
    ],
)
def test_slug(point: Point, expected: str) -> None:
    assert slug(point) == expected


def test_slug_tells_types_apart() -> None:
    values: list[Value] = [
        1,
        "1",
        1.5,
        "1_5",
        "1.5",
        False,
        "false",
        "False",
        "",
        "0_000001",
        "a",
        "a_123456",
    ]
    found = {slug((("x", value),)) for value in values}
    assert len(found) == len(values)


def test_long_points_are_cut() -> None:
    first = tuple((f"axis{i}.with.long.name", "x" * 40) for i in range(5))
    second = (*first[:4], ("axis4.with.long.name", "y" * 40))
    assert len(slug(first)) == 80
    assert slug(first) != slug(second)


def test_file_names() -> None:
    assert file_name((("seed", 0),)) == "seed-0.yaml"
    assert file_name((("seed", 0),), 2) == "seed-0.2.yaml"
    assert file_name((("seed", 0.2),)) == "seed-0_2.yaml"
    with pytest.raises(ValueError, match="attempt"):
        file_name((), 0)


@pytest.mark.parametrize("text", ["seed-0", "train.seed-0", "seed-0.1", "seed-0.02", "seed-0.", ".2", "a..2", ""])
def test_stems_without_attempt(text: str) -> None:
    assert split_stem(text) == (text, 1)


def test_label() -> None:
    point: Point = (
        ("fold", 1),
        ("lr", 0.1),
        ("on", True),
        ("s", "site-A"),
        ("t", "1"),
        ("u", "a b"),
        ("v", ""),
        ("w", "true"),
    )
    assert label(point) == 'fold=1 lr=0.1 on=true s=site-A t="1" u="a b" v="" w="true"'
    assert label(()) == ""


@pytest.mark.parametrize("obj", [None, [], {1: 2}, {"seed": None}, {"seed": [1]}])
def test_refused_points(obj: object) -> None:
    with pytest.raises(ValueError, match=":"):
        make_point(obj)


axis_names = st.sampled_from(["seed", "fold", "repeat", "train.seed"]) | st.text(min_size=1, max_size=50).filter(
    lambda name: name.isprintable() and name not in ("kind", "reshuffled_by")
)
tricky: list[Value] = [0, 2, 0.2, 0.0, -1, "0", "0.2", "0_2", "true", True, "a.2", "..", ".lock", "~", "a/b"]
scalars: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from(tricky),
    st.booleans(),
    st.integers(-(2**64), 2**64),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=60),
)


@st.composite
def grids(draw: st.DrawFn) -> Replicates:
    axes: list[Axis] = []
    names = draw(st.lists(axis_names, max_size=3, unique=True))
    fold = draw(st.sampled_from([None, *(n for n in names if n != "repeat")]))
    for name in names:
        values = draw(st.lists(scalars, min_size=1, max_size=4))
        try:
            axes.append(Axis(name=name, values=tuple(values), kind="fold" if name == fold else None))
        except ValueError:
            assume(False)
    return Replicates(axes=tuple(axes))


@given(grids())
def test_round_trip(replicates: Replicates) -> None:
    assert from_mapping(to_mapping(replicates)) == replicates


@given(grids())
def test_file_names_are_distinct_and_valid(replicates: Replicates) -> None:
    found: set[str] = set()
    for point in replicates.points():
        for attempt in (1, 2, 10):
            name = stem(point, attempt)
            assert _is_ref_component(name)
            assert len(name) <= 83
            assert name.isascii()
            assert split_stem(name) == (slug(point), attempt)
            found.add(file_name(point, attempt).lower())
    assert len(found) == 3 * len(replicates)


@given(grids())
def test_points_survive_a_record(replicates: Replicates) -> None:
    for point in replicates.points():
        assert make_point(dict(point)) == point
        assert "\n" not in label(point)
