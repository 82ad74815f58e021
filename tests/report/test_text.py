"""Columns and names that are cut: what differs can still be told apart."""

from __future__ import annotations

import pytest

from ledger.report.text import columns, cut_apart, width, wrapped


@pytest.mark.parametrize(
    "names",
    [
        [f"validation.segmentation.per_class.intersection_over_union.{name}" for name in ("car", "cat", "road")],
        [f"{name}.segmentation.per_class.intersection_over_union.of_all" for name in ("train", "test")],
        [f"validation.segmentation.per_class.{name}.intersection_over_union" for name in ("car", "cat")],
        ["short", "validation.segmentation.per_class.intersection_over_union", "short"],
    ],
)
@pytest.mark.parametrize("room", [8, 20, 30])
def test_names_that_are_cut_can_be_told_apart(names: list[str], room: int) -> None:
    cut = cut_apart(names, room)
    assert len(set(cut)) == len(set(names))
    assert max(map(width, cut)) < 42
    assert [text for text in cut if "…" not in text] == [name for name in names if name in cut]
    assert cut_apart(names, 100) == names


def test_names_keep_their_room_where_it_will_do() -> None:
    names = [f"validation.segmentation.{name}" for name in ("precision", "recall")]
    assert cut_apart(names, 20) == ["validation.segm…sion", "validation.segm…call"]


def test_nothing_is_cut_where_there_is_no_bound() -> None:
    rows = [["a" * 100, "1"], ["a" * 99 + "b", "2"]]
    assert columns(rows, flexible=0, apart=True, total=None) == ["  ".join(row) for row in rows]
    lines = columns(rows, head=["metric", "n"], flexible=0, apart=True, total=40)
    assert len(set(lines)) == 3 and max(map(width, lines)) == 40


def test_sentences_are_wrapped_and_what_is_typed_is_not() -> None:
    assert wrapped("  ! a b", 10) == ["  ! a b"]
    assert wrapped("  ! one two three four", 12, hanging=4) == ["  ! one two", "    three", "    four"]
    assert wrapped("a word_that_is_longer_than_a_line", 10) == ["a", "word_that_is_longer_than_a_line"]
    assert wrapped("bring it back: git switch exp/a && git merge b", 20) == [
        "bring it back:",
        "git switch exp/a && git merge b",
    ]
    assert wrapped("not here (git fetch --tags), so unproved", 16) == ["not here", "(git fetch --tags),", "so unproved"]
    assert wrapped("no `seed of it` here", 12) == ["no", "`seed of it`", "here"]
