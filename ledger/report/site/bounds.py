"""Blocks as far as a page has room for them: whatever an experiment holds, its page loads at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ledger.report.blocks import Block, CodeBlock, Facts, Fold, Items, Part, Prose, Table

ROOM: Final = 40_000
"""Characters of a section."""

# rows of a table and items of a list that anybody reads on a page, and characters of one text
_ROWS: Final = 300
_TEXT: Final = 1_000
_CODE: Final = 8_000


class Room:
    """So many characters that are left. Each kind of block takes what it needs, and says how much of it is cut."""

    def __init__(self, characters: int = ROOM) -> None:
        self._left = characters

    def fitting(self, blocks: Iterable[Block]) -> tuple[Block, ...]:
        """The blocks as far as there is room, and a line on how many are not shown."""
        found: list[Block] = []
        more = 0
        for block in blocks:
            if self._left <= 0:
                more += 1
            else:
                found.append(self._cut(block))
        return (*found, *([Prose(text=f"and {more} more, not shown")] if more else ()))

    def _cut(self, block: Block) -> Block:
        match block:
            case Table():
                return self._table(block)
            case Items():
                kept = self._kept([(item,) for item in block.items])
                more = len(block.items) - kept
                items = tuple(map(_short, block.items[:kept]))
                return replace(block, items=(*items, *([f"and {more} more, not shown"] if more else ())))
            case CodeBlock():
                text = block.text if len(block.text) <= _CODE else f"{block.text[:_CODE]}\n… cut"
                self._left -= len(text)
                return replace(block, text=text)
            case Prose():
                self._left -= len(block.text)
                return replace(block, text=_short(block.text))
            case Facts():
                return replace(block, pairs=tuple((n, tuple(map(_short, values))) for n, values in block.pairs))
            case Fold() | Part():
                return replace(block, blocks=self.fitting(block.blocks))
            case _:
                return block

    def _table(self, block: Table) -> Table:
        kept = self._kept(block.rows)
        more = len(block.rows) - kept
        return replace(
            block,
            rows=tuple(
                tuple(text if at in block.drawn else _short(text) for at, text in enumerate(row))
                for row in block.rows[:kept]
            ),
            faint=tuple(one for one in block.faint if one[0] < kept),
            notes=(*block.notes, *([f"and {more} more, not shown"] if more else ())),
        )

    def _kept(self, rows: Iterable[tuple[str, ...]]) -> int:
        """How many of the rows there is room for."""
        count = 0
        for row in rows:
            if count == _ROWS or self._left <= 0:
                break
            self._left -= sum(min(len(text), _TEXT) for text in row)
            count += 1
        return count


def _short(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}… ({len(text) - _TEXT:,} more characters)"
