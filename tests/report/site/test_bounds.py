"""Blocks as far as there is room for them."""

from __future__ import annotations

from ledger.report.blocks import CodeBlock, Facts, Fold, Items, Prose, Table
from ledger.report.site.bounds import Room


def table(rows: int, text: str = "x") -> Table:
    return Table(head=("a", "b"), rows=tuple((f"{n}", text) for n in range(rows)), faint=((0, 1, 1), (rows - 1, 1, 1)))


def test_what_fits_stays_as_it_is() -> None:
    blocks = (
        Prose(text="a"),
        table(300),
        Fold(summary="s", blocks=(Items(items=("x",)),)),
        Facts(pairs=(("a", ("b",)),)),
    )
    assert Room().fitting(blocks) == blocks


def test_rows_that_are_too_many_are_counted() -> None:
    (cut,) = Room().fitting([table(1000)])
    assert isinstance(cut, Table)
    assert (len(cut.rows), cut.notes, cut.faint) == (300, ("and 700 more, not shown",), ((0, 1, 1),))
    (cut,) = Room(100).fitting([table(1000, "x" * 50)])
    assert isinstance(cut, Table)
    assert len(cut.rows) == 2 and cut.notes == ("and 998 more, not shown",)
    (items,) = Room().fitting([Items(items=("x",) * 301)])
    assert isinstance(items, Items) and items.items[-2:] == ("x", "and 1 more, not shown")


def test_blocks_without_room_are_counted_within_a_fold_too() -> None:
    fold = Fold(summary="s", blocks=tuple(CodeBlock(text="x" * 60) for _ in range(5)))
    cut, line = Room(100).fitting([fold, Prose(text="later")])
    assert isinstance(cut, Fold)
    assert cut.blocks == (*fold.blocks[:2], Prose(text="and 3 more, not shown"))
    assert line == Prose(text="and 1 more, not shown")


def test_a_long_text_is_cut() -> None:
    prose, code, facts = Room().fitting(
        [Prose(text="x" * 1500), CodeBlock(text="y" * 9000), Facts(pairs=(("name", ("z" * 1001,)),))]
    )
    assert isinstance(prose, Prose) and prose.text.endswith("x… (500 more characters)")
    assert isinstance(code, CodeBlock) and code.text.endswith("y\n… cut")
    assert isinstance(facts, Facts) and facts.pairs[0][1][0].endswith("z… (1 more characters)")
