"""Wildcards in `params:` stand for the parameters that DVC takes them for."""

from __future__ import annotations

import copy
from typing import Any

import dpath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.model import globs
from ledger.model.parameters import flatten

DOCUMENT = {"seed": 1, "lr": 0.1, "train": {"alpha": 1, "beta": {"c": 2, "d": [1, 2]}}, "a[0]": 5}


@pytest.mark.parametrize(
    ("pattern", "name"),
    [("l*", "lr"), ("train.a*", "train.alpha"), ("*n.alpha", "train.alpha"), ("see?", "seed"), ("s[a-f]ed", "seed")],
)
def test_one_parameter(pattern: str, name: str) -> None:
    value = dpath.get(DOCUMENT, pattern, separator=".")
    assert globs.named({pattern: value}, DOCUMENT) == {name: value}
    assert globs.covers(pattern, name)


def test_what_holds_more_is_taken_apart() -> None:
    value = dpath.get(DOCUMENT, "train.b*", separator=".")
    assert globs.named({"train.b*": value}, DOCUMENT) == {"train.beta.c": 2, "train.beta.d": [1, 2]}
    assert globs.covers("train.b*", "train.beta.c")
    assert globs.covers("train.b*", "train")
    assert not globs.covers("train.b*", "train.alpha")
    assert globs.covers("**.c", "train.beta.c")


def test_plain_names_are_themselves() -> None:
    assert globs.named({"lr": 0.1, "train": {"alpha": 1}}, DOCUMENT) == {"lr": 0.1, "train.alpha": 1}
    assert globs.named({"a[0]": 5}, DOCUMENT) == {"a[0]": 5}
    assert globs.named({"x*": 5}, DOCUMENT) == {"x*": 5}
    assert [globs.covers("train", key) for key in ("train.alpha", "train", "trainer", "lr")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [("**.beta", "train.beta"), ("**.lr", "lr"), ("train.**.c", "train.beta.c"), ("**.[c]", "train.beta.c")],
)
def test_any_number_of_names_between(pattern: str, name: str) -> None:
    value = dpath.get(DOCUMENT, pattern, separator=".")
    assert globs.named({pattern: value}, DOCUMENT) == flatten({name: value})
    assert all(globs.covers(pattern, key) for key in flatten({name: value}))


def test_two_stars_are_a_name_where_they_stand_in_one() -> None:
    assert not globs.covers("**c", "train.beta.c")
    assert not globs.covers("t**", "lr")


KEYS = st.sampled_from(["a", "ab", "b", "seed", "x"])
TREES = st.recursive(
    st.sampled_from([1, "t", 0.5, True]), lambda below: st.dictionaries(KEYS, below, min_size=1, max_size=3)
)
PARTS = st.sampled_from(["a", "b", "x", "*", "?", "a*", "[ab]", "[!a]*", "s??d"])


@given(
    tree=st.dictionaries(KEYS, TREES, min_size=1, max_size=3),
    parts=st.lists(PARTS, min_size=1, max_size=3),
    at=st.none() | st.integers(0, 3),
)
def test_what_a_pattern_covers_is_what_dvc_sees_change(tree: dict[str, Any], parts: list[str], at: int | None) -> None:
    if at is not None:
        parts = [*parts[:at], "**", *parts[at:]]
    pattern = ".".join(parts)
    try:
        value = dpath.get(tree, pattern, separator=".")
    except (KeyError, ValueError):
        return  # DVC refuses what stands for none or for several
    for key in flatten(tree):
        other = copy.deepcopy(tree)
        *folders, last = key.split(".")
        node = other
        for folder in folders:
            node = node[folder]
        node[last] = "changed"
        seen = dpath.get(other, pattern, separator=".") != value
        # a name that is shorter may hold what the pattern stands for, which only the document tells
        assert globs.covers(pattern, key) == seen or (not seen and at is None and len(folders) + 1 < len(parts))
        assert (key in globs.named({pattern: value}, tree)) == seen
    assert globs.named({pattern: value}, tree).items() <= flatten(tree).items()
