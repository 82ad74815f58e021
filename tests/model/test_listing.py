"""Names in a sentence."""

from __future__ import annotations

import pytest

from ledger.model.listing import are, counted, listed


@pytest.mark.parametrize(
    ("names", "most", "said"),
    [
        ([], None, ""),
        (["a"], None, "a"),
        (["b", "a"], None, "b and a"),
        (["a", "b", "c"], None, "a, b and c"),
        (["a", "b", "c"], 3, "a, b and c"),
        (["a", "b", "c", "d"], 2, "a, b and 2 more"),
        (["a", "b"], 1, "a and b"),
        (["a", "b", "c", "d"], 3, "a, b, c and d"),
        ({"c", "a", "b"}, None, "a, b and c"),
        ({"c": 1, "a": 2}, None, "c and a"),
    ],
)
def test_names_are_listed(names: list[str], most: int | None, said: str) -> None:
    assert listed(names, most) == said


def test_the_verb_agrees() -> None:
    assert are(["a"]) == "a is"
    assert are(["a", "b"]) == "a and b are"
    assert are({"b", "a", "c"}, 1) == "a and 2 more are"
    assert are(["a"], one="has", many="have") == "a has"


def test_one_of_several() -> None:
    assert listed(["a", "b", "c"], word="or") == "a, b or c"
    assert listed(["a", "b", "c"], 1, word="or") == "a or 2 more"


def test_a_number_of_things() -> None:
    assert [counted(number, "trial") for number in (0, 1, 2)] == ["0 trials", "1 trial", "2 trials"]
