"""Proposed arms as a command: what a shell and `ledger new` read from it are the values that were proposed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.cli.arm_values import arms
from ledger.model.parameters import identical
from ledger.model.typed_values import parse_assignment
from ledger.report.proposed_arms import command

KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,6}(\.[a-z][a-z0-9_]{0,6}){0,2}", fullmatch=True)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(st.characters(codec="utf-8"), max_size=9),
)
TRICKY = st.sampled_from(
    [
        "",
        " ",
        "a, b",
        "a,b",
        "it's",
        '"',
        "'",
        "a'b,c",
        "[1",
        "{",
        "null",
        "1e-3",
        "@x",
        "#fff",
        "$(id)",
        "`id`",
        "a\nb",
        "--x",
        "é",
    ]
)
VALUES = st.one_of(SCALARS, TRICKY, st.lists(st.one_of(SCALARS, TRICKY), max_size=3))


def read(text: str) -> dict[str, dict[str, Any]]:
    """The arms as a shell and the parser of `ledger new` take them."""
    # `shlex` knows no lines that go on
    words = shlex.split(text.replace(" \\\n", " "))
    assert words[:2] == ["ledger", "new"]
    given_ = words[3:]
    assert given_[::2] == ["--variant"] * (len(given_) // 2)
    return {one.name: dict(map(parse_assignment, one.parts)) for one in arms(given_[1::2])}


@given(st.lists(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), min_size=1, max_size=3))
def test_what_is_read_is_what_was_proposed(configurations: list[Mapping[str, Any]]) -> None:
    proposed = {f"gap-{at}": params for at, params in enumerate(configurations, 1)}

    text = command("Try it's own 'title'", list(proposed.items()))

    # a text that no option can say is told, and none is read as another
    if text is not None:
        found = read(text)
        assert found.keys() == proposed.keys()
        assert all(identical(found[name], dict(params)) for name, params in proposed.items())


def test_ordinary_values_can_all_be_typed() -> None:
    params: dict[str, Any] = {
        "lr": 1e-05,
        "opt": "adam",
        "name": "a, b",
        "on": True,
        "no": None,
        "layers": [8, 8],
        "f:n": 3,
        "one": "1",
    }

    text = command("Try 3 pairs", [("gap-1", params)])

    assert text is not None
    assert identical(read(text)["gap-1"], params)
    assert text.splitlines()[0] == "ledger new 'Try 3 pairs' \\"


def test_a_name_that_ends_a_part_cannot_be_typed() -> None:
    assert command("x", [("gap-1", {"a=b": 1})]) is None
    assert command("x", [("gap-1", {"a,b": 1})]) is None


def test_a_character_that_no_terminal_shows_is_written_out_or_not_typed_at_all() -> None:
    text = command("x", [("gap-1", {"a": "\u202eb", "c": "\x1b[31m"})])
    assert text is not None and text.isascii() and text.replace("\n", "").isprintable()
    assert read(text)["gap-1"] == {"a": "\u202eb", "c": "\x1b[31m"}
    assert command("x", [("gap-1", {"\u202ea": 1})]) is None
