"""Wildcards in `params:` stand for the parameters that DVC takes them for."""

from __future__ import annotations

import dpath
import pytest

from ledger.model import globs

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
