"""`pattern` gives what `re.compile` does, when it is asked."""

from __future__ import annotations

import re

import pytest

from ledger.model.patterns import pattern


def test_it_finds_what_the_compiled_expression_finds() -> None:
    later, now = pattern(r"(\w+)=(\d+)", re.ASCII), re.compile(r"(\w+)=(\d+)", re.ASCII)
    text = "a=1, b = 2, ä=3, c=4"

    assert later.findall(text) == now.findall(text) == [("a", "1"), ("c", "4")]
    assert later.sub(r"\2", text) == now.sub(r"\2", text)
    assert (later.pattern, later.flags, later.groups) == (now.pattern, now.flags, now.groups)
    assert later.fullmatch("a=1") and not later.fullmatch("a=1 ")


def test_bytes() -> None:
    assert pattern(rb"object ([0-9a-f]+)").findall(b"object 1f\n") == [b"1f"]


def test_what_is_wrong_is_told_at_the_first_use() -> None:
    wrong = pattern("(")
    with pytest.raises(re.error):
        wrong.match("")


def test_what_no_expression_has() -> None:
    with pytest.raises(AttributeError):
        _ = pattern("a").nothing  # type: ignore[attr-defined]
