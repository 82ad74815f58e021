"""A document within so many bytes: what matters least goes first, and what goes is counted."""

from __future__ import annotations

import hostile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.report import markdown
from ledger.report.blocks import Block, CodeBlock, Document, Fold, Heading, Items, Part, Prose, Table, Written


def fitted(limit: int, *parts: Block) -> str:
    text = markdown.render(Document(title="t", blocks=parts, limit=limit))
    assert len(text.encode()) <= limit
    page = hostile.Page(text)
    assert text.count("<details>") == text.count("</details>") == page.tags.count("details")
    return text


def part(rank: int, *blocks: Block, name: str = "more") -> Part:
    return Part(blocks=blocks, rank=rank, name=name)


def items(count: int, text: str = "item") -> Items:
    return Items(items=tuple(f"{text} {n}" for n in range(count)))


VERDICT = part(0, Heading(text="a: A title"), Prose(lead="Supported", text="`dice >= baseline`"))


def test_what_has_room_is_whole() -> None:
    document = (VERDICT, part(1, items(3)))
    assert fitted(1000, *document) == markdown.render(Document(title="t", blocks=document))


def test_the_least_part_is_cut_first_and_counted() -> None:
    text = fitted(400, VERDICT, part(5, items(100, "late")), part(1, items(10, "early")))
    assert "early 9" in text and "late 0" in text and "late 99" not in text
    kept = text.count("late ")
    assert f"and {100 - kept} more" in text


def test_what_has_no_room_at_all_is_named() -> None:
    text = fitted(
        210, VERDICT, part(5, CodeBlock(text="x" * 150), name="the code"), part(1, items(5, "a longer early"))
    )
    assert "Left out for want of room: the code (1)." in text and "early 4" in text


def test_parts_of_one_rank_are_cut_alike() -> None:
    text = fitted(900, VERDICT, part(2, items(500, "one")), part(2, items(20, "two")), part(2, items(500, "three")))
    assert "two 19" in text
    assert abs(text.count("one ") - text.count("three ")) <= 10


def test_tables_folds_and_code_are_cut_between_their_pieces() -> None:
    rows = tuple((f"row {n}", "x" * 30) for n in range(500))
    inner = (Prose(text="first"), CodeBlock(text="\n".join(f"line {n}" for n in range(900))), Prose(text="last"))
    text = fitted(
        3000, VERDICT, part(2, Fold(summary="code", blocks=inner)), part(2, Table(head=("a", "b"), rows=rows))
    )
    page = hostile.Page(text)
    assert page.tags.count("pre") == 1 and "last" not in text
    assert all(line.count("|") == 3 for line in text.splitlines() if line.startswith("|"))
    assert text.count("\nand ") == 2


def test_too_many_experiments_are_counted() -> None:
    many = [part(0, Heading(text=f"experiment {n}"), Prose(text="supported")) for n in range(500)]
    text = fitted(2000, *many, part(1, items(50)))
    shown = text.count("## experiment")
    assert f"and {500 - shown} more" in text and "item" not in text


def test_a_thousand_predictions_are_counted_when_all_else_is_gone() -> None:
    text = fitted(5000, part(0, Heading(text="a"), items(10_000, "predicted")), part(3, items(50, "late")))
    shown = text.count("predicted ")
    assert f"and {10_000 - shown} more" in text and "late" not in text


@pytest.mark.parametrize("character", ["x", "@", "\u0301", "😀", "\u200d", "`", "&"])
def test_no_text_is_too_long(character: str) -> None:
    text = character * 200_000
    blocks = (
        part(0, Heading(text=text), Prose(lead=text, text=text)),
        part(3, Table(head=(text, text), rows=((text, text),) * 50, caption=text, notes=(text,))),
        part(4, Fold(summary=text, blocks=(Written(text=text), CodeBlock(text=text)))),
        part(5, Written(text=f"{text}\n\n" * 20)),
    )
    fitted(60_000, *blocks)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60), st.booleans()), max_size=6))
def test_it_always_fits(limit: int, shapes: list[tuple[int, int, bool]]) -> None:
    parts = [
        part(rank, Fold(summary="s", blocks=(items(count, "x" * 20),)) if folded else items(count))
        if count
        else VERDICT
        for rank, count, folded in shapes
    ]
    fitted(limit + 200, *parts)
